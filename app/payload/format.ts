/** Sizes, counts, ages and times in words that fit a narrow column. */

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `84 B`, `2.1 KB`, `256 KB`, `1.2 MB`: steps of 1,024, one decimal below ten. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${trimZero(value.toFixed(digits))} ${BYTE_UNITS[unit] ?? ''}`;
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}

const grouped = new Intl.NumberFormat('en');

/** `3,402,118`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** Of a measured number, unless more are needed. */
const USUAL_DIGITS = 7;
/** What a number of 64 bits surely has. */
const MOST_DIGITS = 15;
const measured = Array.from(
  { length: MOST_DIGITS + 1 },
  (_, digits) =>
    new Intl.NumberFormat('en', { maximumSignificantDigits: Math.max(USUAL_DIGITS, digits) }),
);

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
/** From here on seven digits would be fewer than a whole number has. */
const SEVEN_DIGITS = 1e7;

/**
 * A measured number to seven digits, so that a narrow line can hold it: `21.43`, `1.5e+21`. What stands before the point
 * is always whole: a counter at 12,345,678 is not at 12,345,680.
 */
export function formatNumber(value: number, digits = USUAL_DIGITS): string {
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e12);
  if (isPlain && size >= SEVEN_DIGITS && digits === USUAL_DIGITS) return whole.format(value);
  if (isPlain) return measured[digits]?.format(value) ?? String(value);
  const precision = digits === USUAL_DIGITS ? 5 : digits;
  return value.toPrecision(precision).replace(/\.?0+(?=e|$)/, '');
}

/** With how many digits two numbers do not look like one. */
export function digitsApart(low: number, high: number): number {
  if (low === high || formatNumber(low) !== formatNumber(high)) return USUAL_DIGITS;
  const size = Math.max(Math.abs(low), Math.abs(high));
  const needed = Math.ceil(Math.log10(size / Math.abs(high - low))) + 2;
  return Math.max(USUAL_DIGITS + 1, Math.min(MOST_DIGITS, needed));
}

/** `1 message`, `1,204 messages`. */
export function formatCountOf(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const AGES: ReadonlyArray<readonly [limitSeconds: number, unitSeconds: number, unit: string]> = [
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [Infinity, 86_400, 'd'],
];

/** `now` below a second, then `2 s`, `5 min`, `3 h`, `12 d`; a clock that went back counts as now. */
export function formatAgeShort(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 1) return 'now';
  const step = AGES.find(([limit]) => seconds < limit);
  return step ? `${formatCount(Math.floor(seconds / step[1]))} ${step[2]}` : '';
}

/** `now`, `2 s ago`, `5 min ago`. */
export function formatAge(ageMs: number): string {
  const age = formatAgeShort(ageMs);
  return age === 'now' ? age : `${age} ago`;
}

/** How long something took: `0.4 ms`, `3 ms`, `1.2 s`. */
export function formatElapsed(elapsedMs: number): string {
  if (elapsedMs >= 999.5) return `${trimZero((elapsedMs / 1000).toFixed(1))} s`;
  if (elapsedMs > 0 && elapsedMs < 0.095) return `${(elapsedMs * 1000).toFixed(0)} µs`;
  return elapsedMs < 0.95 ? `${elapsedMs.toFixed(1)} ms` : `${elapsedMs.toFixed(0)} ms`;
}

/** Local time of day to the millisecond: `09:41:07.218`. */
export function formatTime(timeMs: number): string {
  const date = new Date(timeMs);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part, 2));
  return `${clock.join(':')}.${pad(date.getMilliseconds(), 3)}`;
}

/** Local date: `2026-11-22`. */
export function formatDate(timeMs: number): string {
  const date = new Date(timeMs);
  return `${String(date.getFullYear())}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
}

/** Local date and time to the microsecond: `2026-11-22 09:41:07.218417`. */
export function formatTimeUs(timeUs: number): string {
  const timeMs = Math.floor(timeUs / 1000);
  return `${formatDate(timeMs)} ${formatTime(timeMs)}${pad(Math.floor(timeUs % 1000), 3)}`;
}

/** Time of day for a message of today, with the date before it otherwise. */
export function formatMoment(timeMs: number, nowMs: number): string {
  const date = formatDate(timeMs);
  return date === formatDate(nowMs) ? formatTime(timeMs) : `${date} ${formatTime(timeMs)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
