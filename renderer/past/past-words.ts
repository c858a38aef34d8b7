import type { PastSession } from '../../app/contract-manage';
import { formatCountOf, formatDate, formatTime } from '../../app/payload/format';

const words: Readonly<Record<PastSession['gaps'][number]['kind'], string>> = {
  disconnected: 'without a connection',
  refused: 'not stored',
  pruned: 'removed to stay within a limit',
  deleted: 'deleted',
  lost: 'ended unexpectedly',
};

/** A moment as a row shows it: `2026-11-25 21:04:11`, local time. */
export function momentOf(timeUs: number): string {
  return `${formatDate(timeUs / 1000)} ${formatTime(timeUs / 1000).slice(0, 8)}`;
}

/** How long: `42 s`, `1 min 28 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(`${String(minutes)} min`, seconds % 60, 's');
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return withRest(`${String(hours)} h`, minutes % 60, 'min');
  return withRest(`${String(Math.floor(hours / 24))} d`, hours % 24, 'h');
}

/** A running clock: `0:07`, `12:34`, `1:02:03`. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = `${hours > 0 ? two(minutes) : String(minutes)}:${two(seconds % 60)}`;
  return hours > 0 ? `${String(hours)}:${tail}` : tail;
}

/** When a session ended, or how far its messages reach. */
export function endOf({ endedUs, lastTimeUs, startedUs }: PastSession): number {
  return endedUs ?? lastTimeUs ?? startedUs;
}

/** How many gaps; the details say of which kinds. */
export function gapCountOf({ gaps }: PastSession): number {
  return gaps.reduce((sum, { count }) => sum + count, 0);
}

/** One line for each kind of gap. */
export function gapDetails({ gaps }: PastSession): string {
  return gaps
    .map(({ kind, count, messages }) => {
      const known = messages > 0 ? `, ${formatCountOf(messages, 'message', 'messages')}` : '';
      return `${formatCountOf(count, 'gap', 'gaps')} (${words[kind]}${known})`;
    })
    .join('\n');
}

/** What a session goes by. */
export function sessionName({ name, startedUs }: PastSession): string {
  return name === '' ? `the session of ${momentOf(startedUs)}` : `“${name}”`;
}

function withRest(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${String(rest)} ${unit}`;
}
