/** Moments as text, exact to the microsecond. */

/** UTC with all six digits (RFC 3339): `2026-11-23T17:00:05.123456Z`. */
export function isoMicroseconds(timeUs: number): string {
  const second = Math.floor(timeUs / 1_000_000);
  if (second !== lastSecond) {
    secondText = new Date(second * 1_000).toISOString().slice(0, -'000Z'.length);
    lastSecond = second;
  }
  return `${secondText}${String(timeUs - second * 1_000_000).padStart(6, '0')}Z`;
}

/** Moments that are written one after the other often share their second, and a date takes longer than all else. */
let lastSecond = NaN;
let secondText = '';

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/iu;

/** µs since 1970 of an RFC 3339 text with its time zone; digits beyond µs are rounded. Null when it is none. */
export function microsecondsOf(iso: string): number | null {
  const match = RFC_3339.exec(iso);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number);
  const ms = Date.UTC(y ?? 0, (mo ?? 1) - 1, d, h, mi, s);
  const date = new Date(ms);
  // A day or an hour that does not exist would silently become another one.
  const isReal =
    date.getUTCMonth() + 1 === mo &&
    date.getUTCDate() === d &&
    date.getUTCHours() === h &&
    date.getUTCMinutes() === mi;
  if (!isReal || s === undefined || s > 59) return null;
  const minutes = zone.length > 1 ? offsetMinutes(zone) : 0;
  if (minutes === null) return null;
  return (ms - minutes * 60_000) * 1_000 + Math.round(Number(`0.${fraction || '0'}`) * 1e6);
}

function offsetMinutes(zone: string): number | null {
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Seconds since 1970 with six digits behind the point: `1700000000.123456`. */
export function decimalSeconds(timeUs: number): string {
  const sign = timeUs < 0 ? '-' : '';
  const size = Math.abs(timeUs);
  const micros = String(size % 1_000_000).padStart(6, '0');
  return `${sign}${String(Math.floor(size / 1_000_000))}.${micros}`;
}

/** µs of a decimal number of seconds, also as Python writes it (`1.7e9`); null when it is none. */
export function microsecondsOfSeconds(text: string): number | null {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,20}))?$/u.exec(text);
  if (match !== null) {
    const [, sign, whole, fraction = '0'] = match;
    const micros = Math.round(Number(`0.${fraction}`) * 1e6);
    const value = Number(whole) * 1_000_000 + micros;
    return sign === '-' ? -value : value;
  }
  if (!/^-?\d(?:\.\d{1,20})?e\+?\d{1,2}$/iu.test(text)) return null;
  const value = Math.round(Number(text) * 1e6);
  return Number.isSafeInteger(value) ? value : null;
}
