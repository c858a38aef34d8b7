const WIDTH = 44;
const TOP = 1.5;
const HEIGHT = 11;
/** As many as the engine remembers; fewer of them take less of the width, and end at the right like all. */
const FULL_POINTS = 24;

/** An SVG path through the values in a box of 44 × 14, the newest at the right end; a constant lies in the middle. Not finite ones are left out. */
export function sparklinePath(values: readonly number[]): string {
  const finite = values.filter((value) => Number.isFinite(value));
  const minimum = Math.min(...finite);
  const span = Math.max(...finite) - minimum;
  const step = WIDTH / (Math.max(FULL_POINTS, finite.length) - 1);
  const start = WIDTH - step * (finite.length - 1);
  return finite
    .map((value, index) => {
      const share = span > 0 ? (value - minimum) / span : 0.5;
      const y = TOP + HEIGHT * (1 - share);
      return `${index === 0 ? 'M' : 'L'}${(start + index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
