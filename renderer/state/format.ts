import { escapeHidden } from '../../app/payload/escape';
import { formatAgeShort, formatCount } from '../../app/payload/format';

const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** A number that must stay narrow: exact below 100,000, then `123k`, `3.4M`. */
export function formatCompact(count: number): string {
  if (count < 100_000) return formatCount(count);
  if (count < 999_500) return `${String(Math.round(count / 1000))}k`;
  if (count < 999_500_000) return `${threeDigits.format(count / 1e6)}M`;
  return `${threeDigits.format(count / 1e9)}G`;
}

/** An age for a narrow column: `now`, `12s`, `5m`, `3h`, `40d`. */
export function formatAgeTight(ageMs: number): string {
  return formatAgeShort(ageMs).replace(' min', 'm').replace(' ', '');
}

/** Messages per second: `1,204/s`, `0.4/s`. */
export function formatRate(rate: number): string {
  return `${rate < 10 ? oneDecimal.format(rate) : formatCount(Math.round(rate))}/s`;
}

/** Whether a rate is worth showing: below this it reads 0. */
export function isNoticeable(rate: number | null): rate is number {
  return rate !== null && rate >= 0.05;
}

/** Nobody sees a space at an end, and “ a” is another topic than “a”. */
const OUTER_SPACES = /^ +| +$/gu;

/** A topic level as it is shown: escaped, and never nothing. */
export function levelText(name: string): string {
  if (name === '') return '(empty)';
  return escapeHidden(name).replace(OUTER_SPACES, (spaces) => '\\u0020'.repeat(spaces.length));
}
