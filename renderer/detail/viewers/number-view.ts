import { firstAt, unbroken, type ChartGap } from '../../../app/chart/track';
import type { SeriesFrame } from '../../../app/contract-charts';
import { formatNumber } from '../../../app/payload/format';
import type { JsonValue } from '../../../app/payload/json';
import { numericPaths, type JsonPath } from '../../../app/payload/numbers';
import { booleanOfText, numberOfText } from '../../../app/payload/scalar';
import type { Span } from '../../../app/time/span';
import type { Viewed } from '../viewed';

/** As far as the chart's menu looks into a document. */
const MOST_LOOKED_AT = 200;
/** Longer numbers are shortened: a line has no more room. */
const MOST_CHARS = 24;

/** Whether a message has a number to show large. */
export function hasNumber({ detected }: Viewed): boolean {
  const { kind, json } = detected;
  if (kind === 'number' || kind === 'boolean') return true;
  return json?.ok === true && numericPaths(json.value, MOST_LOOKED_AT).length > 0;
}

/** The number at a path of a message as its source wrote it, shortened when it is very long; null when there is none. */
export function numberText({ detected }: Viewed, path: JsonPath): string | null {
  const { json, text } = detected;
  if (json?.ok) return textOf(valueAt(json.value, path));
  if (path.length > 0 || text === null) return null;
  return wholeText(text);
}

function textOf(value: JsonValue | undefined): string | null {
  if (value?.kind === 'number') return shortened(value.source);
  if (value?.kind === 'boolean') return String(value.value);
  return value?.kind === 'string' ? wholeText(value.value) : null;
}

function wholeText(text: string): string | null {
  if (numberOfText(text) !== null) return shortened(text.trim());
  const flag = booleanOfText(text);
  return flag === null ? null : String(flag);
}

function shortened(source: string): string {
  return source.length > MOST_CHARS ? formatNumber(Number(source)) : source;
}

function valueAt(root: JsonValue, path: JsonPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (value?.kind !== 'object' && value?.kind !== 'array') return undefined;
    const place: number = typeof step === 'number' ? step : (value.names?.lastIndexOf(step) ?? -1);
    value = value.values[place];
  }
  return value;
}

/** How much a number moved in a span: from its first value there to its last. Null when there is nothing to compare. */
export function changeIn(
  frame: SeriesFrame,
  { fromUs, toUs }: Span,
): { readonly by: number; readonly percent: number | null; readonly sinceUs: number } | null {
  if (frame.form !== 'number') return null;
  const end = firstAt(frame.timesUs, toUs + 1);
  let first = firstAt(frame.timesUs, fromUs);
  while (first < end && Number.isNaN(frame.values[first])) first += 1;
  const [from, to] = [frame.values[first], frame.values[end - 1]];
  if (first >= end - 1 || from === undefined || to === undefined || Number.isNaN(to)) return null;
  const by = to - from;
  const percent = from === 0 ? null : (by / Math.abs(from)) * 100;
  return { by, percent, sinceUs: frame.timesUs[first] ?? fromUs };
}

/** Room around the line, so that its stroke and the newest value are whole. */
const EDGE_PX = 3;

/** A line, and the area below it, as SVG paths. */
export interface SparkPaths {
  readonly line: string;
  readonly area: string;
  /** Where the newest value stands; null without one. */
  readonly end: { readonly x: number; readonly y: number } | null;
}

/** The values of a span in a box; gaps stay gaps. Truth values are steps. */
export function sparkPaths(
  frame: SeriesFrame,
  span: Span,
  gaps: readonly ChartGap[],
  { width, height }: { readonly width: number; readonly height: number },
): SparkPaths {
  const { timesUs, values, form } = frame;
  // One more on the left: the line comes from there.
  const from = Math.max(0, firstAt(timesUs, span.fromUs) - 1);
  const end = firstAt(timesUs, span.toUs + 1);
  const [low, high] = extent(values.subarray(from, end));
  const x = (timeUs: number): number =>
    ((timeUs - span.fromUs) / Math.max(1, span.toUs - span.fromUs)) * (width - EDGE_PX);
  const y = (value: number): number => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return height - EDGE_PX - share * (height - 2 * EDGE_PX);
  };
  let [line, area] = ['', ''];
  for (const [begin, stop] of unbroken(frame, from, end, gaps)) {
    let path = '';
    for (let at = begin; at < stop; at++) {
      const [px, py] = [x(timesUs[at] ?? 0).toFixed(1), y(values[at] ?? 0).toFixed(1)];
      if (path === '') path = `M${px} ${py}`;
      else path += form === 'number' ? `L${px} ${py}` : `H${px}V${py}`;
    }
    line += path;
    const [left, right] = [x(timesUs[begin] ?? 0), x(timesUs[stop - 1] ?? 0)];
    area += `${path}L${right.toFixed(1)} ${String(height)}L${left.toFixed(1)} ${String(height)}Z`;
  }
  const last = values[end - 1];
  const isThere = end > from && last !== undefined && !Number.isNaN(last);
  return {
    line,
    area,
    end: isThere ? { x: x(timesUs[end - 1] ?? 0), y: y(last) } : null,
  };
}

function extent(values: Float64Array): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
