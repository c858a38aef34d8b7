import type { TimelineGap } from '../contract-time';
import type { Span } from './span';
import {
  formatAgeShort,
  formatCountOf,
  formatDate,
  formatElapsed,
  formatTime,
} from '../payload/format';

/** A moment as a person says it: `14:03:12.5`, with the day before it when it is not today's. */
export function momentText(timeUs: number, nowMs: number): string {
  const timeMs = Math.floor(timeUs / 1000);
  const time = trimmed(formatTime(timeMs));
  const date = formatDate(timeMs);
  if (date === formatDate(nowMs)) return time;
  if (date === formatDate(dayBefore(nowMs))) return `yesterday ${time}`;
  return `${date} ${time}`;
}

/** How far a moment lies before another one: `2 h`, `350 ms`. */
export function distanceText(fromUs: number, toUs: number): string {
  const apartMs = Math.max(0, (toUs - fromUs) / 1000);
  return apartMs < 1000 ? formatElapsed(apartMs) : formatAgeShort(apartMs);
}

/** How long something lasted, in two steps: `1 h 12 min`, `3 min 2 s`, `8.4 s`. */
export function durationText(lengthUs: number): string {
  const seconds = Math.floor(lengthUs / 1e6);
  if (seconds < 60) return formatElapsed(lengthUs / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  const rest = seconds % 60;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}

/** What is missing and why: a line for its title and one that says more. */
export function gapWords(gap: TimelineGap, nowMs: number): { title: string; text: string } {
  const period = periodText(gap, nowMs);
  const more = gap.joined > 1 ? `${formatCountOf(gap.joined, 'gap', 'gaps')} close together. ` : '';
  return { title: gapTitle(gap), text: `${period}. ${more}${gap.detail}`.trim() };
}

/** The words for a time in which nobody was connected. */
export function silenceWords(span: Span, nowMs: number): { title: string; text: string } {
  return { title: 'No connection, so nothing was recorded', text: `${periodText(span, nowMs)}.` };
}

function gapTitle({ kind, messages }: TimelineGap): string {
  const count = formatCountOf(messages, 'message', 'messages');
  switch (kind) {
    case 'disconnected':
      return 'Not connected: what was sent meanwhile was not received';
    case 'refused':
      return messages > 0 ? `${count} refused, not stored` : 'Messages refused, not stored';
    case 'lost':
      return messages > 0 ? `${count} lost` : 'It is not known what arrived here';
    case 'deleted':
      return messages > 0 ? `${count} deleted by hand` : 'Messages deleted by hand';
    case 'pruned':
      return messages > 0
        ? `${count} removed to keep the history within its limit`
        : 'Messages removed to keep the history within its limit';
  }
}

function periodText({ fromUs, toUs }: Span, nowMs: number): string {
  const from = momentText(fromUs, nowMs);
  if (toUs - fromUs < 1000) return `At ${from}`;
  return `From ${from} to ${momentText(toUs, nowMs)} (${durationText(toUs - fromUs)})`;
}

function dayBefore(timeMs: number): number {
  const date = new Date(timeMs);
  return date.setDate(date.getDate() - 1);
}

/** `14:03:12.000` says no more than `14:03:12`. */
function trimmed(time: string): string {
  return time.replace(/\.?0+$/u, '');
}
