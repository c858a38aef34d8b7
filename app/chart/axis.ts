/** Axes for numbers. */

export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

export interface ValueTick {
  readonly value: number;
  readonly label: string;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Room above and below what is drawn; a constant stands in the middle. */
export function paddedRange(low: number, high: number): ValueRange {
  const room = high > low ? high * 0.08 - low * 0.08 : Math.abs(low) * 0.05 || 1;
  return {
    low: Math.max(-Number.MAX_VALUE, low - room),
    high: Math.min(Number.MAX_VALUE, high + room),
  };
}

/** Where a value stands in a range: 0 at its low end, 1 at its high one. */
export function shareIn({ low, high }: ValueRange, value: number): number {
  const length = high - low;
  if (Number.isFinite(length)) return (value - low) / length;
  // Between the largest numbers that there are the difference is none; that of their halves is.
  return (value / 2 - low / 2) / (high / 2 - low / 2);
}

/** Round numbers within a range, at the most so many, all with the digits that tell them apart. */
export function valueTicks({ low, high }: ValueRange, most: number): readonly ValueTick[] {
  if (!(high > low) || most < 1) return [];
  const least = high / most - low / most;
  const decade = 10 ** Math.floor(Math.log10(least));
  const step = (STEPS.find((one) => one * decade >= least) ?? 10) * decade;
  const ticks: ValueTick[] = [];
  for (let at = Math.ceil(low / step); at * step <= high && ticks.length < most + 2; at++) {
    ticks.push({ value: at * step, label: tickLabel(at * step, step) });
  }
  return ticks;
}

const LARGE: ReadonlyArray<readonly [size: number, letter: string]> = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
];

function tickLabel(value: number, step: number): string {
  const size = Math.abs(value);
  // A small step beside a number of an everyday size is read from its decimals.
  const isTiny = step < 1e-6 && size > 0 && (size < 1e-3 || step < 1e-12);
  if (size >= 1e15 || isTiny) {
    const digits = Math.floor(Math.log10(size)) - Math.floor(Math.log10(step)) + 1;
    return value.toExponential(Math.max(0, Math.min(20, digits))).replace(/\.?0+e/, 'e');
  }
  // `63095.7625k` is harder to read than the number itself.
  const inThousands = size < 1e7;
  const large = LARGE.find(
    ([from, letter]) => size >= from && step >= from / 1e4 && (letter !== 'k' || inThousands),
  );
  const scale = large ? (large[1] === 'k' ? 1e3 : large[0]) : 1;
  const digits = Math.max(0, Math.min(12, -Math.floor(Math.log10((step / scale) * 1.000001))));
  const isHalf = Math.abs(step / 10 ** Math.floor(Math.log10(step)) - 2.5) < 1e-9;
  const text = (value / scale).toFixed(isHalf && digits > 0 ? digits + 1 : digits + Number(isHalf));
  return `${text}${large?.[1] ?? ''}`;
}
