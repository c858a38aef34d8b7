const grouped = new Intl.NumberFormat('en');
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** A whole number as it is: `1,204`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** A number that must stay narrow: exact below 100,000, then `123k`, `3.4M`. */
export function formatCompact(count: number): string {
  if (count < 100_000) return grouped.format(count);
  if (count < 999_500) return `${String(Math.round(count / 1000))}k`;
  if (count < 999_500_000) return `${threeDigits.format(count / 1e6)}M`;
  return `${threeDigits.format(count / 1e9)}G`;
}

/** Messages per second: `1,204/s`, `0.4/s`. */
export function formatRate(rate: number): string {
  return `${rate < 10 ? oneDecimal.format(rate) : grouped.format(Math.round(rate))}/s`;
}

/** Whether a rate is worth showing: below this it reads 0. */
export function isNoticeable(rate: number | null): rate is number {
  return rate !== null && rate >= 0.05;
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** A size for reading: `84 B`, `1.2 KB`, `412 MB` (1 KB = 1,000 B). */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 10 ? oneDecimal.format(value) : String(Math.round(value));
  return `${digits} ${BYTE_UNITS[unit] ?? 'B'}`;
}

const AGE_STEPS = [
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [Infinity, 86_400, 'd'],
] as const;

/** How long something took or is ago, in its largest unit: `now`, `12 s`, `3 min`, `5 h`, `41 d`. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds === 0) return 'now';
  for (const [limit, size, unit] of AGE_STEPS) {
    if (seconds < limit) return `${grouped.format(Math.floor(seconds / size))} ${unit}`;
  }
  return '';
}

const CONTROL_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Outside text for one line: control characters become visible escapes such as `\n` or `\u0007`. */
export function visibleText(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (character) => {
    const known = KNOWN_ESCAPES.get(character);
    return known ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

const KNOWN_ESCAPES = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A topic level as it is shown: escaped, and never nothing. */
export function levelText(name: string): string {
  return name === '' ? '(empty)' : visibleText(name);
}
