const DATE_TIME =
  /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?(?:(?:^|[T\s]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?)?$/u;

/**
 * A moment as a person types it, in the computer's time zone: `21:20`, `21:20:05.250` (of today), `2026-11-25`,
 * `2026-11-25 21:20`.
 * @param nowMs says which day today is
 * @returns µs since 1970; null when it is no moment
 */
export function parseMoment(text: string, nowMs: number): number | null {
  const found = DATE_TIME.exec(text.trim());
  if (found === null || found[0] === '') return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = found;
  const now = new Date(nowMs);
  const date =
    year === undefined
      ? new Date(now.getFullYear(), now.getMonth(), now.getDate())
      : new Date(Number(year), Number(month) - 1, Number(day));
  // The 31st of a month with 30 days would be the next one's first.
  const isDate = date.getDate() === Number(day) && date.getMonth() === Number(month) - 1;
  if (year !== undefined && !isDate) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  date.setHours(Number(hour), Number(minute), Number(second));
  return date.getTime() * 1000 + Number(fraction.padEnd(6, '0'));
}

/** What to type for a moment. */
export const MOMENT_HINT = 'Type a time as 21:20, 2026-11-25 or 2026-11-25 21:20:05.';
