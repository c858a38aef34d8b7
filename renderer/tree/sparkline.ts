const WIDTH = 44;
const TOP = 1.5;
const HEIGHT = 11;

/** An SVG path through the values in a box of 44 × 14; a constant lies in the middle. Not finite ones are left out. */
export function sparklinePath(values: readonly number[]): string {
  const finite = values.filter((value) => Number.isFinite(value));
  const minimum = Math.min(...finite);
  const span = Math.max(...finite) - minimum;
  const step = WIDTH / Math.max(1, finite.length - 1);
  return finite
    .map((value, index) => {
      const share = span > 0 ? (value - minimum) / span : 0.5;
      const y = TOP + HEIGHT * (1 - share);
      return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
