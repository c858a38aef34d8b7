import type { DecodingSchema } from '../../../app/decoding/rules';
import { pathText } from '../../../app/payload/numbers';
import { isoMicroseconds } from '../../../app/recording/time-text';
import type { ChartWhat } from '../../../app/contract-charts';
import { cancelled } from '../files/file-errors';
import { csvField } from '../files/csv';
import type { ExportProgress, Watch } from '../files/exporter';
import { TargetFile } from '../files/sink';
import { ChartFiles } from './chart-files';
import type { ChartExportRequest } from './chart-protocol';
import { BOOLEAN, NOTHING, OTHER, WORD, type Columns, type Texts } from './columns';

export const CHART_CSV_HEADER = 'time,time_us,connection,topic,what,value,unit\r\n';
const FULL_CHARS = 256 * 1024;
const LOOK_EVERY = 2_000;

interface Point {
  readonly timeUs: number;
  readonly value: string;
}

/** One number's points, oldest first, as far as its units go. */
interface Line {
  readonly points: Iterator<Point>;
  /** Connection, topic and what is drawn, and the unit: as they stand in each row. */
  readonly before: string;
  readonly after: string;
  next: Point | null;
}

/**
 * Writes every point of a span to a CSV file: the numbers of all lines in one order of time, none thinned out. The file
 * appears under its name only when it is whole. @throws LoupeError `file-unwritable`, `cancelled`, `history-unavailable`
 */
export async function exportChart(
  request: ChartExportRequest,
  path: string,
  watch: Watch,
): Promise<ExportProgress> {
  const target = await TargetFile.open(path);
  const files = openFiles(request.schemas);
  try {
    const rows = new Rows(request, files, watch, () => target.bytes);
    let text = CHART_CSV_HEADER;
    for (const row of rows.all()) {
      text += row;
      if (text.length < FULL_CHARS) continue;
      await target.write(Buffer.from(text));
      text = '';
    }
    await target.write(Buffer.from(text));
    await target.finish();
    return { messages: rows.count, bytes: target.bytes, share: 1 };
  } catch (error) {
    await target.abandon();
    throw error;
  } finally {
    files.close();
  }
}

function openFiles(schemas: readonly DecodingSchema[]): ChartFiles {
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  return new ChartFiles({
    ...{ thread: 0, isSnapshot: true },
    schema: (id) => byId.get(id),
    beat: () => undefined,
  });
}

/** The rows of all lines, merged by time. */
class Rows {
  readonly #request: ChartExportRequest;
  readonly #files: ChartFiles;
  readonly #watch: Watch;
  readonly #bytes: () => number;
  count = 0;

  constructor(request: ChartExportRequest, files: ChartFiles, watch: Watch, bytes: () => number) {
    this.#request = request;
    this.#files = files;
    this.#watch = watch;
    this.#bytes = bytes;
  }

  *all(): Generator<string> {
    const lines = this.#request.series.map((_, index) => this.#line(index));
    for (let line = earliest(lines); line?.next; line = earliest(lines)) {
      const { timeUs, value } = line.next;
      if (this.count++ % LOOK_EVERY === 0) this.#look(timeUs);
      yield `${isoMicroseconds(timeUs)},${String(timeUs)},${line.before}${csvField(value)}${line.after}`;
      line.next = nextOf(line.points);
    }
  }

  #line(index: number): Line {
    const wanted = this.#request.series[index];
    if (!wanted) throw new RangeError('A line of the chart is missing.');
    const { source, connection, unit } = wanted;
    const points = this.#points(index);
    const names = [connection, source.topic, whatText(source.what)].map(csvField);
    return {
      points,
      before: `${names.join(',')},`,
      after: `,${csvField(unit)}\r\n`,
      next: nextOf(points),
    };
  }

  /** A unit at a time, each sorted: times go back only where the clock was set back between two units. */
  *#points(index: number): Generator<Point> {
    const { series, fromUs, toUs } = this.#request;
    const source = series[index]?.source;
    if (!source) return;
    const found = this.#files.atOnce(source, (reader) => ({
      units: reader.columns(fromUs, toUs),
      words: reader.words,
    }));
    for (const columns of found.units) {
      this.#look(null);
      yield* pointsOf(columns, found.words, fromUs, toUs);
    }
  }

  /** @throws LoupeError `cancelled` */
  #look(timeUs: number | null): void {
    if (this.#watch.isCancelled()) throw cancelled('The export');
    if (timeUs === null) return;
    const { fromUs, toUs } = this.#request;
    const share = Math.min(1, Math.max(0, (timeUs - fromUs) / Math.max(1, toUs - fromUs)));
    this.#watch.progress({ messages: this.count, bytes: this.#bytes(), share });
  }
}

function earliest(lines: readonly Line[]): Line | null {
  let first: Line | null = null;
  for (const line of lines) {
    if (line.next && (!first?.next || line.next.timeUs < first.next.timeUs)) first = line;
  }
  return first;
}

function nextOf(points: Iterator<Point>): Point | null {
  const result = points.next();
  return result.done === true ? null : result.value;
}

function pointsOf(
  { timesUs, values, kinds }: Columns,
  words: Texts,
  fromUs: number,
  toUs: number,
): Point[] {
  const points: Point[] = [];
  for (let at = 0; at < timesUs.length; at++) {
    const timeUs = timesUs[at] ?? 0;
    const kind = kinds[at] ?? OTHER;
    if (timeUs < fromUs || timeUs > toUs || kind === OTHER) continue;
    points.push({ timeUs, value: valueText(values[at] ?? 0, kind, words) });
  }
  return points.sort((a, b) => a.timeUs - b.timeUs);
}

/** As exact as it is: no digits are left out. Empty where a message says that there is no value. */
function valueText(value: number, kind: number, words: Texts): string {
  if (kind === NOTHING) return '';
  if (kind === WORD) return words.list[value] ?? '';
  return kind === BOOLEAN ? String(value !== 0) : String(value);
}

function whatText(what: ChartWhat): string {
  switch (what.kind) {
    case 'value':
      return pathText(what.path);
    case 'metric':
      return what.name;
    case 'rate':
      return what.below ? 'messages in each second, with all below' : 'messages in each second';
  }
}
