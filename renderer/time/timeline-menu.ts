import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CornerDownLeft from '@lucide/svelte/icons/corner-down-left';
import Flag from '@lucide/svelte/icons/flag';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import History from '@lucide/svelte/icons/history';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import { formatDate, formatMoment, formatTime } from '../../app/payload/format';
import { everything } from '../../app/selection';
import { lengthOf } from '../../app/time/span';
import { momentText } from '../../app/time/time-words';
import { openMessages } from '../messages/message-lists';
import { selectionDeletion, selectionUses } from '../past/selection-menu';
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
    ...(time.timeline.showsAll ? [] : partEntries(app, time)),
  ];
}

/** What is in sight on the strip, as a part of the past. */
function partEntries(app: AppState, { profileId, timeline }: TimeState): MenuEntry[] {
  const { fromUs, toUs } = timeline.shown;
  const nowMs = Date.now();
  const title = `Messages from ${formatMoment(fromUs / 1000, nowMs)} to ${formatMoment(toUs / 1000, nowMs)}`;
  const selection = { ...everything(profileId), fromUs: Math.floor(fromUs), toUs: Math.ceil(toUs) };
  const named = { selection, title, isEmpty: false };
  const isOwn = app.profiles.find(profileId)?.archive === null;
  return [
    { kind: 'heading', label: 'What is shown here' },
    {
      kind: 'action',
      label: 'List the messages',
      icon: ScrollText,
      onselect: () => {
        openMessages(app, profileId, {
          time: 'between',
          from: momentTyped(selection.fromUs),
          to: momentTyped(selection.toUs + 999),
        });
      },
    },
    ...selectionUses(app, named),
    ...(isOwn ? selectionDeletion(named) : []),
  ];
}

/** As `parseMoment` takes it. */
function momentTyped(timeUs: number): string {
  return `${formatDate(timeUs / 1000)} ${formatTime(timeUs / 1000)}`;
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
