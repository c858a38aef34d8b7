import type { Attachment } from 'svelte/attachments';
import { app } from '../state/app.svelte';
import type { PanelSeries } from '../../app/contract-charts';
import { chartDialogs } from './chart-dialogs.svelte';
import { LineForm } from './line-form.svelte';

const TYPE = 'application/x-mqtt-loupe-topic';

/** Lets an element be dragged as a topic. */
export function dragsTopic(topic: () => string): Attachment<HTMLElement> {
  return (element) => {
    const start = ({ dataTransfer }: DragEvent): void => {
      if (!dataTransfer) return;
      dataTransfer.setData(TYPE, topic());
      dataTransfer.setData('text/plain', topic());
      dataTransfer.effectAllowed = 'copy';
    };
    element.draggable = true;
    element.addEventListener('dragstart', start);
    return () => {
      element.removeEventListener('dragstart', start);
    };
  };
}

/** Whether a topic is dragged: lets it be dropped here. */
function acceptTopic(event: DragEvent): void {
  if (event.dataTransfer?.types.includes(TYPE) !== true) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
}

/** How long a topic has to be held over the way to the charts until they are shown. */
const HOLD_MS = 500;

/** What is dragged over it leads to the charts: dropped, or held until they are there to drop it on. */
export function leadsToCharts(): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = (): void => {
      clearTimeout(timer);
      timer = undefined;
    };
    const over = (event: DragEvent): void => {
      acceptTopic(event);
      if (!event.defaultPrevented || app.page === 'charts') return;
      timer ??= setTimeout(() => {
        app.show('charts');
      }, HOLD_MS);
    };
    const drop = (event: DragEvent): void => {
      leave();
      const topic = droppedTopic(event);
      if (topic !== null && app.activeProfile !== null) chartDialogs.add(app.activeProfile, topic);
    };
    element.addEventListener('dragover', over);
    element.addEventListener('dragleave', leave);
    element.addEventListener('drop', drop);
    return () => {
      leave();
      element.removeEventListener('dragover', over);
      element.removeEventListener('dragleave', leave);
      element.removeEventListener('drop', drop);
    };
  };
}

/** The topic that was dropped; null for anything else. */
function droppedTopic(event: DragEvent): string | null {
  if (event.dataTransfer?.types.includes(TYPE) !== true) return null;
  event.preventDefault();
  return event.dataTransfer.getData(TYPE);
}

/** Makes what is dropped here a line; `active` tells whether something would be. */
export function takesTopics(
  take: (topic: string) => Promise<void>,
  active: (isOver: boolean) => void,
): Attachment<HTMLElement> {
  return (element) => {
    const over = (event: DragEvent): void => {
      acceptTopic(event);
      if (event.defaultPrevented) active(true);
    };
    const leave = (event: DragEvent): void => {
      const into = event.relatedTarget;
      if (!(into instanceof Node && element.contains(into))) active(false);
    };
    const drop = (event: DragEvent): void => {
      active(false);
      const topic = droppedTopic(event);
      if (topic !== null) void app.attempt(() => take(topic));
    };
    element.addEventListener('dragover', over);
    element.addEventListener('dragleave', leave);
    element.addEventListener('drop', drop);
    return () => {
      element.removeEventListener('dragover', over);
      element.removeEventListener('dragleave', leave);
      element.removeEventListener('drop', drop);
    };
  };
}

/** The line that a topic is about, as the dialog would offer it first; null when a person has to choose. */
export async function lineOf(ownerId: string, topic: string): Promise<PanelSeries | null> {
  const wish = { ownerId, profileId: ownerId, topic, what: null, panelId: null, editing: null };
  const form = new LineForm(app, wish);
  await form.look(ownerId, topic);
  return form.problem === null ? form.series : null;
}
