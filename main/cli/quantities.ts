import { usageError } from './options';

export { isoMicroseconds } from '../../app/recording/time-text';

const DURATION_UNITS_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const SIZE_UNITS = new Map([
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
]);

/** Timers cannot be longer: 2^31 - 1 ms. */
const MAX_DURATION_MS = 2_147_483_647;

/** `90s`, `10m`, `1h30m`, `2d` in milliseconds; a bare number is seconds. Null when it is none of these. */
export function durationMs(text: string): number | null {
  if (/^\d+(?:\.\d+)?$/u.test(text)) return Number(text) * 1_000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/u.test(text)) return null;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gu)) {
    sum += Number(number) * (DURATION_UNITS_MS.get(unit ?? '') ?? 0);
  }
  return sum;
}

/** An option's duration in ms; null when it is not there. */
export function durationOption(option: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = durationMs(value);
  if (ms !== null && ms > 0 && ms <= MAX_DURATION_MS) return ms;
  throw usageError(
    `${option} must be a time such as 90s, 10m or 1h30m (at most 24d), not “${value}”.`,
  );
}

/** An option's size in bytes; null when it is not there. */
export function sizeOption(option: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/iu.exec(value);
  const unit = SIZE_UNITS.get((match?.[2] ?? '').toLowerCase() || 'b');
  const bytes = Math.floor(Number(match?.[1] ?? 0) * (unit ?? 0));
  if (bytes > 0) return bytes;
  throw usageError(`${option} must be a size such as 500MB, 2GB or 1GiB, not “${value}”.`);
}

const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/iu;

/**
 * A moment as µs since 1970: `2026-11-23`, `2026-11-23T17:00`, with seconds, fractions and zone (the computer's own
 * where none is said), or a time ago: `10m`. Null when the option is not there.
 */
export function momentOption(
  option: string,
  value: string | undefined,
  nowMs: number,
): number | null {
  if (value === undefined) return null;
  const agoMs = /^\d+$/u.test(value) ? null : durationMs(value);
  if (agoMs !== null) return Math.round((nowMs - agoMs) * 1_000);
  const match = MOMENT.exec(value);
  if (match) {
    const [, day = '', minutes = '00:00', seconds = '00', fraction = '', zone = ''] = match;
    const ms = new Date(`${day}T${minutes}:${seconds}${zone.toUpperCase()}`).getTime();
    if (!Number.isNaN(ms)) return ms * 1_000 + Number(fraction.padEnd(6, '0'));
  }
  throw usageError(
    `${option} must be a time such as 2026-11-23, 2026-11-23T17:00:05Z or 10m (ago), not “${value}”.`,
  );
}

/** UTC as people read it: `2026-11-23T17:00:05.123Z`. */
export function isoMilliseconds(timeUs: number): string {
  return new Date(Math.floor(timeUs / 1_000)).toISOString();
}

/** `1.2 MB`, decimal as disks are sold. */
export function sizeWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let at = 0;
  for (; value >= 999.95 && at < units.length - 1; at += 1) value /= 1_000;
  return `${at === 0 ? String(value) : value.toFixed(1)} ${units[at] ?? ''}`;
}

/** `1d 02:03:04`, `00:00:12`. */
export function durationWords(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return `${days > 0 ? `${String(days)}d ` : ''}${clock.map(two).join(':')}`;
}

/** `12,345`. */
export function countWords(count: number): string {
  return count.toLocaleString('en');
}
