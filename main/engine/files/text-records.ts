import type { ByteQueue } from './byte-queue';

/** One line of NDJSON, or one record of CSV, which may span several lines. */
export interface TextRecord {
  /** The first line of it, from 1. */
  readonly line: number;
  /** Null when it is longer than any message can be. */
  readonly bytes: Buffer | null;
}

/** The largest message as base64, with room for its properties. */
export const MOST_RECORD_BYTES = 400 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

/** Cuts text into records, many at a time; empty lines are left out. @param isCsv a line break within quotes ends nothing */
export async function* textRecords(
  queue: ByteQueue,
  isCsv: boolean,
  mostBytes = MOST_RECORD_BYTES,
): AsyncGenerator<readonly TextRecord[]> {
  let line = 1;
  let wanted = READ_BYTES;
  for (;;) {
    const isMore = await queue.ensure(wanted);
    const { here } = queue;
    const cut = cutRecords(here, isCsv, line);
    if (cut.end > 0) {
      line = cut.line;
      // Views stay valid: what is taken is never written to again.
      queue.take(cut.end);
      if (cut.records.length > 0) yield cut.records;
      wanted = Math.max(READ_BYTES, here.length - cut.end + 1);
    } else if (here.length > mostBytes) {
      yield [{ line, bytes: null }];
      line += await skipLine(queue);
      wanted = READ_BYTES;
    } else if (isMore) {
      wanted = here.length * 2;
    } else {
      const bytes = withoutReturn(queue.take(here.length));
      if (bytes.length > 0) yield [{ line, bytes }];
      return;
    }
  }
}

function cutRecords(
  bytes: Buffer,
  isCsv: boolean,
  firstLine: number,
): { readonly records: TextRecord[]; readonly end: number; readonly line: number } {
  const records: TextRecord[] = [];
  let start = 0;
  let line = firstLine;
  let lines = 0;
  let nextQuote = isCsv ? bytes.indexOf(QUOTE) : -1;
  let isQuoted = false;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    lines += 1;
    while (nextQuote >= 0 && nextQuote < at) {
      isQuoted = !isQuoted;
      nextQuote = bytes.indexOf(QUOTE, nextQuote + 1);
    }
    if (isQuoted) continue;
    const record = withoutReturn(bytes.subarray(start, at));
    if (record.length > 0) records.push({ line, bytes: record });
    start = at + 1;
    line += lines;
    lines = 0;
  }
  return { records, end: start, line };
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}

/** Takes everything up to the next line break; how many line breaks that were. */
async function skipLine(queue: ByteQueue): Promise<number> {
  while (await queue.ensure(1)) {
    const end = queue.here.indexOf(LINE_FEED);
    queue.take(end < 0 ? queue.here.length : end + 1);
    if (end >= 0) return 1;
  }
  return 0;
}
