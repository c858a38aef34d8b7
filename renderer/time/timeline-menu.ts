import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CornerDownLeft from '@lucide/svelte/icons/corner-down-left';
import Flag from '@lucide/svelte/icons/flag';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import History from '@lucide/svelte/icons/history';
import { lengthOf } from '../../app/time/span';
import { momentText } from '../../app/time/time-words';
import type { AppState } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { setMark } from './mark-actions';
import { timeDialogs } from './time-dialogs.svelte';
import type { TimeState } from './time-state.svelte';

const SPANS: ReadonlyArray<readonly [label: string, lengthUs: number]> = [
  ['Last minute', 60e6],
  ['Last 15 minutes', 900e6],
  ['Last hour', 3600e6],
  ['Last day', 86_400e6],
  ['Last week', 7 * 86_400e6],
];

/** What can be done at a moment of the timeline, and what it can show. */
export function timelineMenu(app: AppState, time: TimeState, timeUs: number): MenuEntry[] {
  const text = momentText(timeUs, Date.now());
  return [
    {
      kind: 'action',
      label: `Show ${text}`,
      icon: History,
      onselect: () => {
        time.goTo(timeUs);
      },
    },
    {
      kind: 'action',
      label: `Mark ${text}`,
      icon: Flag,
      onselect: () => void setMark(app, time, timeUs),
    },
    {
      kind: 'action',
      label: `Compare ${text} with…`,
      icon: GitCompareArrows,
      onselect: () => {
        timeDialogs.open({ kind: 'compare', time, path: '', fromUs: timeUs });
      },
    },
    {
      kind: 'action',
      label: 'Go to a time…',
      icon: CalendarClock,
      shortcut: 'Mod+G',
      onselect: () => {
        timeDialogs.open({ kind: 'jump', time });
      },
    },
    {
      kind: 'action',
      label: time.isRecorded ? 'Go to the end' : 'Back to live',
      icon: CornerDownLeft,
      disabled: !time.isPast,
      onselect: () => {
        time.goLive();
      },
    },
    { kind: 'separator' },
    ...spanEntries(time),
  ];
}

function spanEntries({ timeline }: TimeState): MenuEntry[] {
  const whole = lengthOf(timeline.whole);
  const shown = lengthOf(timeline.shown);
  return [
    { kind: 'heading', label: 'Show' },
    {
      kind: 'choice',
      label: 'All that is stored',
      checked: timeline.showsAll,
      onselect: () => {
        timeline.fitAll();
      },
    },
    ...SPANS.filter(([, lengthUs]) => lengthUs < whole).map(([label, lengthUs]): MenuEntry => ({
      kind: 'choice',
      label,
      checked: !timeline.showsAll && Math.abs(shown - lengthUs) < 1e6,
      onselect: () => {
        timeline.showLast(lengthUs);
      },
    })),
  ];
}
