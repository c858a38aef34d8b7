/**
 * Thins out a series to at most `maxPoints` points and loses no spike: of each stretch of time the smallest and the
 * largest value stay, in their order. Times ascend; equal lengths.
 */
export function thinOut(
  times: readonly number[],
  values: readonly number[],
  maxPoints: number,
): { times: Float64Array; values: Float64Array } {
  const total = Math.min(times.length, values.length);
  if (total <= maxPoints) {
    return { times: Float64Array.from(times), values: Float64Array.from(values) };
  }
  const buckets = Math.max(1, Math.floor(maxPoints / 2));
  const start = times[0] ?? 0;
  const width = ((times[total - 1] ?? start) - start) / buckets || 1;
  const keptTimes: number[] = [];
  const keptValues: number[] = [];
  for (let from = 0; from < total;) {
    const bucket = Math.min(buckets - 1, Math.floor(((times[from] ?? 0) - start) / width));
    let to = from + 1;
    let low = from;
    let high = from;
    while (
      to < total &&
      Math.min(buckets - 1, Math.floor(((times[to] ?? 0) - start) / width)) === bucket
    ) {
      if ((values[to] ?? 0) < (values[low] ?? 0)) low = to;
      if ((values[to] ?? 0) > (values[high] ?? 0)) high = to;
      to += 1;
    }
    for (const index of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      keptTimes.push(times[index] ?? 0);
      keptValues.push(values[index] ?? 0);
    }
    from = to;
  }
  return { times: Float64Array.from(keptTimes), values: Float64Array.from(keptValues) };
}
