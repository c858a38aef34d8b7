import { LoupeError } from '../../../app/errors';
import { ByteQueue, bytesOfFile } from '../files/byte-queue';
import { csvFields } from '../files/csv';
import { textRecords } from '../files/text-records';
import { decodeUtf8 } from '../../../app/payload/utf8';

/** A row longer than this is no row. */
const MOST_ROW_BYTES = 16 * 1024 * 1024;
const MOST_COLUMNS = 1_000;

export interface CsvRow {
  /** The line it begins in, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** A CSV file (RFC 4180) with a header, read row by row: what was not asked for is not in memory. */
export class CsvRows {
  readonly #rows: AsyncGenerator<CsvRow>;
  #separator = ',';

  /** @param path of a file that may be read */
  constructor(private readonly path: string) {
    this.#rows = this.#read();
  }

  /** The names of the columns, from the first row. @throws LoupeError when the file cannot be used */
  async header(): Promise<readonly string[]> {
    const first = await this.#rows.next();
    const columns = first.done === true ? [] : first.value.fields.map((name) => name.trim());
    if (columns.length === 0)
      throw this.#wrong(1, 'it has no rows; the first one names the columns');
    if (columns.length > MOST_COLUMNS) throw this.#wrong(1, 'it has more than 1,000 columns');
    const twice = columns.find((name, index) => columns.indexOf(name) !== index);
    if (twice !== undefined) throw this.#wrong(1, `it has two columns named “${twice}”`);
    return columns;
  }

  /** The next row; null behind the last one. @throws LoupeError where the file is wrong or cannot be read */
  async next(): Promise<CsvRow | null> {
    const row = await this.#rows.next();
    return row.done === true ? null : row.value;
  }

  async close(): Promise<void> {
    await this.#rows.return(undefined);
  }

  async *#read(): AsyncGenerator<CsvRow> {
    const queue = new ByteQueue(bytesOfFile(this.path));
    let isFirst = true;
    for await (const records of textRecords(queue, true, MOST_ROW_BYTES)) {
      for (const { line, bytes } of records) {
        const text = bytes === null ? null : decodeUtf8(bytes);
        if (bytes === null) throw this.#wrong(line, 'a row is longer than 16 MB');
        if (text === null) throw this.#wrong(line, 'it is not UTF-8');
        const plain = isFirst ? text.replace(/^\ufeff/u, '') : text;
        if (isFirst) this.#separator = separatorOf(plain);
        isFirst = false;
        const fields = csvFields(plain, this.#separator);
        if (fields === null) throw this.#wrong(line, 'a quotation mark stands where none can');
        yield { line, fields };
      }
    }
  }

  #wrong(line: number, why: string): LoupeError {
    return new LoupeError(
      'invalid-argument',
      `${this.path} cannot be used: line ${String(line)}, ${why}.`,
    );
  }
}

/** A row by the names of the columns. @throws LoupeError when it has not as many fields */
export function namedRow(
  columns: readonly string[],
  { line, fields }: CsvRow,
): Map<string, string> {
  if (fields.length !== columns.length) {
    throw new LoupeError(
      'invalid-argument',
      `Line ${String(line)} has ${String(fields.length)} fields; the header has ${String(columns.length)}.`,
    );
  }
  return new Map(columns.map((name, index) => [name, fields[index] ?? '']));
}

/** Spreadsheets of some countries write semicolons, others tabs. */
function separatorOf(header: string): string {
  const counts = [',', ';', '\t'].map((one) => [one, header.split(one).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
