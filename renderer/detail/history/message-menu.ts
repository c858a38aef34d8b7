import Flag from '@lucide/svelte/icons/flag';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import History from '@lucide/svelte/icons/history';
import type { Message, MessageHead } from '../../../app/contract';
import { editAgainEntries } from '../../publish/edit-again';
import type { AppState } from '../../state/app.svelte';
import { setMark } from '../../time/mark-actions';
import { timeDialogs } from '../../time/time-dialogs.svelte';
import type { MenuEntry } from '../../ui/menu-items';

/** What leads from a stored message to its place in time. */
export const SHOW_MOMENT = 'Show the tree at this moment';

/** The message of the row that an event came from. */
export function messageAt(event: Event, messages: readonly Message[]): Message | undefined {
  const row = event.target instanceof Element ? event.target.closest('[data-message]') : null;
  return row
    ? messages.find(({ id }) => String(id) === row.getAttribute('data-message'))
    : undefined;
}

/** Shows the profile as it was when a message had just come. */
export function showMoment(app: AppState, profileId: string, { timeUs }: MessageHead): void {
  app.timeOf(profileId).goTo(timeUs);
}

/** What can be done with a stored message of a list. */
export function messageMenu(
  app: AppState,
  profileId: string,
  topic: string,
  message: MessageHead,
): MenuEntry[] {
  const time = app.timeOf(profileId);
  const { timeUs } = message;
  const again = editAgainEntries(app, profileId, topic, message);
  return [
    ...again,
    ...(again.length === 0 ? [] : [{ kind: 'separator' } as const]),
    {
      kind: 'action',
      label: SHOW_MOMENT,
      icon: History,
      shortcut: 'Mod+Enter',
      onselect: () => {
        showMoment(app, profileId, message);
      },
    },
    {
      kind: 'action',
      label: 'Mark this moment',
      icon: Flag,
      onselect: () => void setMark(app, time, timeUs),
    },
    {
      kind: 'action',
      label: 'Compare this moment with…',
      icon: GitCompareArrows,
      onselect: () => {
        timeDialogs.open({ kind: 'compare', time, path: topic, fromUs: timeUs });
      },
    },
  ];
}
