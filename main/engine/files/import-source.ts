import type { ImportFormat } from '../../../app/contract-files';
import { LoupeError } from '../../../app/errors';
import { decodeUtf8, decodeUtf8Prefix } from '../../../app/payload/utf8';
import { startsWith } from '../../../app/recording/chunk';
import type { RecordingHeader, RecordingNotes } from '../../../app/recording/documents';
import { MAGIC } from '../../../app/recording/layout';
import type { RecordedMessage } from '../../../app/recording/records';
import { ByteQueue, type ByteStream } from './byte-queue';
import { csvFields } from './csv';
import {
  csvRows,
  MQTT_RECORDER_COLUMNS,
  mqttRecorderRows,
  ndjsonRow,
  type RowReader,
} from './import-rows';
import { bytesOfBase64 } from './properties-json';
import { readRecording, type RecordingLoss } from './recording-reader';
import { textRecords } from './text-records';

/** What is read from a file that is imported, in its order. */
export type ImportItem =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'notes'; readonly notes: RecordingNotes }
  | { readonly kind: 'messages'; readonly messages: readonly RecordedMessage[] }
  | { readonly kind: 'bad'; readonly line: number; readonly why: string }
  | RecordingLoss;

export interface ImportSource {
  readonly format: ImportFormat;
  /** Of mqtt_recorder's files: whether all payloads are taken as base64. */
  readonly isBase64: boolean;
  readonly items: AsyncGenerator<ImportItem>;
  /** Bytes that were read. */
  readonly bytes: () => number;
  /** Lets go of the file. */
  readonly close: () => Promise<void>;
}

/** The format is known by the content of so much. */
const LOOKED_AT = 1024 * 1024;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const SQLITE = [...Buffer.from('SQLite format 3\0')];
const PARQUET = [...Buffer.from('PAR1')];

/**
 * Looks what a file is and reads it.
 * @param what the file, for messages
 * @param isBase64 of mqtt_recorder's files; null: as it looks
 * @throws LoupeError `file-unreadable` when it is none of the formats
 */
export async function openImport(
  stream: ByteStream,
  what: string,
  isBase64: boolean | null,
): Promise<ImportSource> {
  const queue = new ByteQueue(stream);
  try {
    await queue.ensure(LOOKED_AT);
    return sourceOf(queue, what, isBase64);
  } catch (error) {
    await queue.close();
    throw error;
  }
}

function sourceOf(queue: ByteQueue, what: string, isBase64: boolean | null): ImportSource {
  const source = (
    format: ImportFormat,
    items: AsyncGenerator<ImportItem>,
    base64 = false,
  ): ImportSource => ({
    ...{ format, items, isBase64: base64 },
    bytes: () => queue.offset,
    close: () => queue.close(),
  });
  if (startsWith(queue.here, MAGIC)) return source('recording', recordingItems(queue));
  refuseKnown(queue.here, what);
  if (startsWith(queue.here, BYTE_ORDER_MARK)) queue.take(BYTE_ORDER_MARK.length);
  const first = firstRecord(queue.here, what);
  if (first.startsWith('{')) return source('ndjson', rowItems(queue, false, ndjsonRow));
  const fields = csvFields(first) ?? [];
  const ours = csvRows(fields);
  if (ours !== null) return source('csv', rowItems(queue, true, ours, true));
  const hasHeader = MQTT_RECORDER_COLUMNS.every((name, at) => fields[at] === name);
  if (!hasHeader && !isMqttRecorder(fields)) throw unknownFormat(what);
  const base64 = isBase64 ?? looksBase64(queue.here, hasHeader);
  return source(
    'mqtt_recorder',
    rowItems(queue, true, mqttRecorderRows(base64), hasHeader),
    base64,
  );
}

async function* recordingItems(queue: ByteQueue): AsyncGenerator<ImportItem> {
  for await (const part of readRecording(rest(queue))) {
    if (part.kind !== 'footer') yield part;
  }
}

/** What the queue has and gets, a piece at a time. */
async function* rest(queue: ByteQueue): ByteStream {
  while (await queue.ensure(1)) yield queue.take(queue.here.length);
}

async function* rowItems(
  queue: ByteQueue,
  isCsv: boolean,
  read: RowReader,
  skipFirst = false,
): AsyncGenerator<ImportItem> {
  let isHeader = skipFirst;
  for await (const records of textRecords(queue, isCsv)) {
    let messages: RecordedMessage[] = [];
    for (const { line, bytes } of records) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const row = bytes === null ? 'it is longer than any message can be' : read(bytes);
      if (typeof row !== 'string') {
        messages.push(row);
        continue;
      }
      if (messages.length > 0) yield { kind: 'messages', messages };
      messages = [];
      yield { kind: 'bad', line, why: row };
    }
    if (messages.length > 0) yield { kind: 'messages', messages };
  }
}

function refuseKnown(bytes: Buffer, what: string): void {
  if (bytes.length === 0) throw new LoupeError('file-unreadable', `${what} is empty.`);
  if (startsWith(bytes, SQLITE)) {
    throw new LoupeError(
      'file-unreadable',
      `${what} is a database. A recorded history is not imported but opened: Open a recorded history, or --db FILE.`,
    );
  }
  if (startsWith(bytes, PARQUET)) {
    throw new LoupeError(
      'file-unreadable',
      `${what} is a Parquet file, which can be exported but not imported. Convert it to NDJSON or CSV.`,
    );
  }
}

function unknownFormat(what: string): LoupeError {
  return new LoupeError(
    'file-unreadable',
    `${what} is none of the formats that can be imported: a recording (.mqttrec), NDJSON with an object a line, CSV ` +
      'whose first line names the columns (time, topic and payload at least), or the CSV of mqtt_recorder.',
  );
}

/** The first line, or record of CSV, that is not empty. */
function firstRecord(bytes: Buffer, what: string): string {
  const text = decodeUtf8Prefix(bytes, LOOKED_AT, false);
  if (text === null) throw unknownFormat(what);
  const start = text.search(/\S/u);
  if (start < 0) throw unknownFormat(what);
  if (text[start] === '{') return text.slice(start, start + 1);
  for (let at = text.indexOf('\n', start); at >= 0; at = text.indexOf('\n', at + 1)) {
    const record = text.slice(start, at);
    if ((record.split('"').length - 1) % 2 === 0) return record.replace(/\r$/u, '');
  }
  return text.slice(start).trimEnd();
}

/** Six fields, of which the third is a QoS, the fourth Python's True or False, the fifth a number of seconds. */
function isMqttRecorder([
  ,
  ,
  qos = '',
  retain = '',
  time = '',
  delta = '',
]: readonly string[]): boolean {
  const isNumber = (text: string): boolean => text !== '' && Number.isFinite(Number(text));
  return (
    /^[012]$/u.test(qos) &&
    /^(?:true|false|0|1)$/iu.test(retain) &&
    isNumber(time) &&
    isNumber(delta)
  );
}

/** Whether all payloads of the first records could be base64, and one of them is long enough to be no accident. */
function looksBase64(bytes: Buffer, hasHeader: boolean): boolean {
  const lines = (decodeUtf8(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)) ?? '').split('\n');
  let longest = 0;
  for (const line of lines.slice(hasHeader ? 1 : 0, 1_000)) {
    const payload = csvFields(line.replace(/\r$/u, ''))?.[1];
    if (payload === undefined) continue;
    if (payload.length % 4 !== 0 || bytesOfBase64(payload) === null) return false;
    longest = Math.max(longest, payload.length);
  }
  return longest >= 8;
}
