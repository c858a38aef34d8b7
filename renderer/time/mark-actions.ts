import Flag from '@lucide/svelte/icons/flag';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import Pencil from '@lucide/svelte/icons/pencil';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { TimeMark } from '../../app/contract-time';
import { momentText } from '../../app/time/time-words';
import type { AppState } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { timeDialogs } from './time-dialogs.svelte';
import type { TimeState } from './time-state.svelte';

/** Marks a moment (the one in view unless told) and offers to name it. */
export async function setMark(app: AppState, time: TimeState, timeUs?: number): Promise<void> {
  const mark = await app.attempt(() => time.mark(timeUs));
  if (!mark) return;
  app.toasts.show({
    text: `${mark.label} set at ${momentText(mark.timeUs, Date.now())}`,
    action: {
      label: 'Name it',
      run: () => {
        renameMark(time, mark);
      },
    },
  });
}

export function renameMark(time: TimeState, mark: TimeMark): void {
  timeDialogs.open({ kind: 'mark', time, mark });
}

/** What can be done with a mark. */
export function markMenu(app: AppState, time: TimeState, mark: TimeMark): MenuEntry[] {
  return [
    {
      kind: 'action',
      label: 'Go to this moment',
      icon: Flag,
      onselect: () => {
        time.goTo(mark.timeUs);
      },
    },
    {
      kind: 'action',
      label: 'Compare with the moment in view…',
      icon: GitCompareArrows,
      onselect: () => {
        timeDialogs.open({ kind: 'compare', time, path: '', fromUs: mark.timeUs });
      },
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Rename…',
      icon: Pencil,
      onselect: () => {
        renameMark(time, mark);
      },
    },
    {
      kind: 'action',
      label: 'Remove',
      icon: Trash2,
      danger: true,
      onselect: () => void app.attempt(() => time.removeMark(mark)),
    },
  ];
}
