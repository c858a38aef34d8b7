import type { Attachment } from 'svelte/attachments';
import { app } from '../state/app.svelte';
import { chartDialogs } from './chart-dialogs.svelte';

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
export function acceptTopic(event: DragEvent): void {
  if (event.dataTransfer?.types.includes(TYPE) !== true) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
}

/** Adds the topic that was dropped to a chart. */
export function dropTopic(event: DragEvent): void {
  const topic = event.dataTransfer?.getData(TYPE);
  if (topic === undefined || app.activeProfile === null) return;
  event.preventDefault();
  chartDialogs.add(app.activeProfile, topic);
}
