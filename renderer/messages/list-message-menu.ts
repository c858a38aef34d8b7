import Copy from '@lucide/svelte/icons/copy';
import Clock from '@lucide/svelte/icons/clock';
import Filter from '@lucide/svelte/icons/list-filter';
import Flag from '@lucide/svelte/icons/flag';
import ListTree from '@lucide/svelte/icons/list-tree';
import Rows from '@lucide/svelte/icons/rows-3';
import type { Message } from '../../app/contract';
import { copyPayload } from '../detail/payload-actions';
import { MOST_BYTES, viewed } from '../detail/topic-state.svelte';
import { SHOWN_BYTES, wholeMessage } from '../detail/whole-payload';
import { editAgainEntries } from '../publish/edit-again';
import type { AppState } from '../state/app.svelte';
import { setMark } from '../time/mark-actions';
import type { MenuEntry } from '../ui/menu-items';
import type { MessagesState } from './messages-state.svelte';
import type { MessageRow } from './row-words';
import { EMPTY_FORM } from './search-form';

/** Fetches a stored message whole where only its beginning is there. */
export function wholeOf(app: AppState, profileId: string) {
  return {
    whole: (message: Message): Promise<Message> =>
      message.payload.length >= message.sizeBytes
        ? Promise.resolve(message)
        : wholeMessage(app.engine, profileId, message, MOST_BYTES),
  };
}

/** Whether the list shows a choice of what is stored. */
export function isChoice(list: MessagesState): boolean {
  return list.isSearch || list.search.selection.filters.length > 0;
}

export async function openTopicOf(app: AppState, { topic }: MessageRow): Promise<void> {
  app.show('topics');
  await app.attempt(() => app.reveal(topic));
}

/** The whole tree as it was when the message had just come. */
export async function showMomentOf(
  app: AppState,
  { profileId }: MessagesState,
  { topic, head }: MessageRow,
): Promise<void> {
  app.show('topics');
  await app.attempt(() => app.showMoment(profileId, topic, head.timeUs));
}

/** The message among all messages, where it came. */
export async function showAround(
  app: AppState,
  list: MessagesState,
  { head: { id } }: MessageRow,
): Promise<void> {
  list.change({ ...EMPTY_FORM, newestFirst: list.form.newestFirst });
  const found = await app.attempt(() => list.goToWhenListed({ id }));
  if (found === false) app.toasts.problem('The message is no longer stored.');
}

/** What can be done with a message of the list of all. */
export function listMessageMenu(app: AppState, list: MessagesState, row: MessageRow): MenuEntry[] {
  const { profileId } = list;
  const { topic, head } = row;
  return [
    {
      kind: 'action',
      label: 'Copy payload',
      icon: Copy,
      onselect: () => void copyStored(app, profileId, head.id),
    },
    {
      kind: 'action',
      label: 'Copy topic',
      icon: Copy,
      onselect: () => void app.copy(topic, 'Topic'),
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Open the topic in the tree',
      icon: ListTree,
      onselect: () => void openTopicOf(app, row),
    },
    {
      kind: 'action',
      label: 'List this topic only',
      icon: Filter,
      onselect: () => {
        list.change({ ...list.form, filter: topic });
      },
    },
    ...(isChoice(list)
      ? [
          {
            kind: 'action' as const,
            label: 'Show among all messages',
            icon: Rows,
            onselect: () => void showAround(app, list, row),
          },
        ]
      : []),
    {
      kind: 'action',
      label: 'Show all topics at this moment',
      icon: Clock,
      onselect: () => void showMomentOf(app, list, row),
    },
    {
      kind: 'action',
      label: 'Mark this moment',
      icon: Flag,
      onselect: () => void setMark(app, app.timeOf(profileId), head.timeUs),
    },
    { kind: 'separator' },
    ...editAgainEntries(app, profileId, topic, head),
  ];
}

async function copyStored(app: AppState, profileId: string, id: number): Promise<void> {
  const message = await app.attempt(() =>
    app.engine.calls.message({ profileId, id, maxBytes: SHOWN_BYTES }),
  );
  if (message) await copyPayload(wholeOf(app, profileId), viewed(message));
}
