/** Times and durations in words, as exact as the formats that carry them. */
export interface SecondsAndNanos {
  readonly seconds: bigint;
  readonly nanos: number;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/u;
const DURATION = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?s$/u;

/** Of a time since 1970 in ISO 8601; null when it is none. */
export function instantOf(text: string): SecondsAndNanos | null {
  const [, whole, fraction = '', zone = 'Z'] = INSTANT.exec(text) ?? [];
  const timeMs = whole === undefined ? NaN : Date.parse(`${whole}${zone}`);
  if (Number.isNaN(timeMs)) return null;
  return { seconds: BigInt(timeMs / 1000), nanos: nanosOf(fraction) };
}

/** Of a duration as `1.5s`; null when it is none. */
export function secondsOf(text: string): SecondsAndNanos | null {
  const [, sign, whole, fraction = ''] = DURATION.exec(text) ?? [];
  if (whole === undefined) return null;
  const factor = sign === '-' ? -1 : 1;
  return { seconds: BigInt(whole) * BigInt(factor), nanos: nanosOf(fraction) * factor };
}

function nanosOf(fraction: string): number {
  return Number(fraction.padEnd(9, '0'));
}
