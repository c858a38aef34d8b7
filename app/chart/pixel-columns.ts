/** What a line covers of each column of pixels: where points are dense, as quick to draw as it is wide. */

export interface PixelColumns {
  /** Smallest and largest value of each column; `NaN` where the line does not pass. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

/**
 * The columns of a line through points from `from` to before `end`.
 * @param xOf where a time stands, in columns from the first one on; it grows with the time
 */
export function pixelColumns(
  { timesUs, values }: { readonly timesUs: Float64Array; readonly values: Float64Array },
  from: number,
  end: number,
  width: number,
  xOf: (timeUs: number) => number,
): PixelColumns {
  const lows = new Float64Array(width).fill(NaN);
  const highs = new Float64Array(width).fill(NaN);
  const cover = (column: number, value: number): void => {
    if (column < 0 || column >= width) return;
    if (!((lows[column] ?? NaN) <= value)) lows[column] = value;
    if (!((highs[column] ?? NaN) >= value)) highs[column] = value;
  };
  let [beforeX, before] = [NaN, NaN];
  for (let at = from; at < end; at++) {
    const x = xOf(timesUs[at] ?? 0);
    const value = values[at] ?? NaN;
    // Where the line goes from one column to the next, both have the value of their edge.
    const last = Math.min(Math.floor(x), width);
    for (let edge = Math.max(Math.floor(beforeX) + 1, 0); edge <= last; edge++) {
      const onEdge = before + ((value - before) * (edge - beforeX)) / (x - beforeX);
      cover(edge - 1, onEdge);
      cover(edge, onEdge);
    }
    cover(Math.floor(x), value);
    [beforeX, before] = [x, value];
  }
  return { lows, highs };
}
