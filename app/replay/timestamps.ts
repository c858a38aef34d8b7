/** Timestamps inside payloads, moved by an offset; everything else about their text stays as it is. */

const ISO =
  /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?)(?:([.,])(\d{1,9}))?(\s?(?:Z|[+-]\d{2}:?\d{2}))?$/iu;
const EPOCH = /^(\d{9,19})(?:\.(\d{1,9}))?$/u;

/** The smallest number that is taken for seconds since 1970: March 1973. Each unit begins where the last is in year 5138. */
const FIRST_SECOND = 100_000_000n;
const UNITS: ReadonlyArray<{ readonly below: bigint; readonly perSecond: bigint }> = [
  { below: 100_000_000_000n, perSecond: 1n },
  { below: 100_000_000_000_000n, perSecond: 1_000n },
  { below: 100_000_000_000_000_000n, perSecond: 1_000_000n },
  { below: 100_000_000_000_000_000_000n, perSecond: 1_000_000_000n },
];

/**
 * The text of a timestamp, moved: ISO 8601 with its own precision and zone, or seconds, ms, µs or ns since 1970 (told
 * apart by their size). Null when the text is neither.
 */
export function shiftedTimestamp(text: string, offsetUs: number): string | null {
  return shiftedEpoch(text, offsetUs) ?? shiftedIso(text, offsetUs);
}

function shiftedEpoch(text: string, offsetUs: number): string | null {
  const match = EPOCH.exec(text);
  const [, whole = '', fraction = ''] = match ?? [];
  const value = BigInt(match ? whole : 0);
  const unit = UNITS.find(({ below }) => value < below);
  if (!match || unit === undefined || value < FIRST_SECOND) return null;
  // In steps of the last digit that is there.
  const scale = 10n ** BigInt(fraction.length);
  const steps = scaled(offsetUs, unit.perSecond * scale);
  const moved = BigInt(whole + fraction) + steps;
  if (moved < 0n) return null;
  if (fraction === '') return String(moved);
  const digits = String(moved).padStart(fraction.length + 1, '0');
  return `${digits.slice(0, -fraction.length)}.${digits.slice(-fraction.length)}`;
}

function shiftedIso(text: string, offsetUs: number): string | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [, local = '', point = '', fraction = '', zone = ''] = match;
  // The zone stays as it is written, so its own time is moved.
  const ms = Date.parse(`${local.replace(' ', 'T')}Z`);
  if (Number.isNaN(ms)) return null;
  const scale = 10n ** BigInt(fraction.length);
  const steps = (BigInt(ms) / 1_000n) * scale + BigInt(fraction || 0) + scaled(offsetUs, scale);
  const second = floorDivide(steps, scale);
  const moved = new Date(Number(second) * 1_000);
  if (Number.isNaN(moved.getTime()) || moved.getUTCFullYear() > 9_999) return null;
  const shown = moved
    .toISOString()
    .slice(0, local.length)
    .replace('T', local[10] ?? 'T');
  const rest =
    fraction === '' ? '' : point + String(steps - second * scale).padStart(fraction.length, '0');
  return shown + rest + zone;
}

/** An offset in µs as a number of steps, rounded. */
function scaled(offsetUs: number, perSecond: bigint): bigint {
  return floorDivide(BigInt(Math.round(offsetUs)) * perSecond + 500_000n, 1_000_000n);
}

function floorDivide(one: bigint, other: bigint): bigint {
  const quotient = one / other;
  return one % other < 0n ? quotient - 1n : quotient;
}
