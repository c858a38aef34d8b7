import * as v from 'valibot';
import { decodeUtf8 } from '../../../app/payload/utf8';
import { MOST_SIGNED, MOST_TOPIC_BYTES } from '../../../app/recording/layout';
import type { RecordedMessage } from '../../../app/recording/records';
import { microsecondsOf, microsecondsOfSeconds } from '../../../app/recording/time-text';
import { encodeProperties } from '../history/properties';
import { csvFields } from './csv';
import { bytesOfBase64, propertiesSchema } from './properties-json';

/** A message, or why the row is none. */
export type ImportedRow = RecordedMessage | string;
export type RowReader = (bytes: Buffer) => ImportedRow;

/** What a row says, whatever it is written in; what is not there is undefined. */
interface RawRow {
  readonly topic: unknown;
  readonly payload: unknown;
  readonly encoding: unknown;
  readonly timeUs: number | null;
  readonly qos: unknown;
  readonly retain: unknown;
  readonly dup: unknown;
  readonly direction: unknown;
  readonly packetId: unknown;
  readonly session: unknown;
  readonly id: unknown;
  readonly properties: unknown;
}

const NOTHING = {
  ...{ encoding: undefined, dup: undefined, direction: undefined, packetId: undefined },
  ...{ session: undefined, id: undefined, properties: undefined },
} as const;

/** A line of NDJSON as we write it, or `mqtt-loupe query` does. */
export const ndjsonRow: RowReader = (bytes) => {
  const text = decodeUtf8(bytes);
  if (text === null) return 'the line is not UTF-8';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'the line is no JSON object';
  }
  // An escape can be half a character, which no broker can send and UTF-8 cannot hold.
  if (text.includes('\\u') && hasLoneSurrogate(value)) return 'a text in it is not valid Unicode';
  const { time, ...row } = value as Partial<Record<keyof RawRow | 'time', unknown>>;
  const timeUs = typeof time === 'string' ? microsecondsOf(time) : null;
  return messageOf({
    ...NOTHING,
    topic: undefined,
    payload: undefined,
    qos: undefined,
    retain: undefined,
    ...row,
    timeUs,
  });
};

/** Records of our CSV; columns are known by the names in the first record, in any order. Null when some are missing. */
export function csvRows(header: readonly string[]): RowReader | null {
  const columns = new Map(header.map((name, at) => [name.trim(), at]));
  if (!['time', 'topic', 'payload'].every((name) => columns.has(name))) return null;
  return (bytes) => {
    const text = decodeUtf8(bytes);
    const fields = text === null ? null : csvFields(text);
    if (text === null) return 'the record is not UTF-8';
    if (fields === null) return 'a quote stands where none can';
    if (fields.length !== header.length) return wrongCount(fields.length, header.length);
    const field = (name: string): string | undefined => fields[columns.get(name) ?? -1];
    const properties = jsonOf(field('properties'));
    if (properties === INVALID) return 'its properties are not JSON';
    return messageOf({
      topic: field('topic'),
      payload: field('payload'),
      encoding: known(field('encoding')),
      timeUs: microsecondsOf(field('time') ?? ''),
      qos: numberOf(field('qos')),
      retain: booleanOf(field('retain')),
      dup: booleanOf(field('dup')),
      direction: known(field('direction')),
      packetId: numberOf(field('packetId')),
      session: numberOf(field('session')),
      id: numberOf(field('id')),
      properties,
    });
  };
}

export const MQTT_RECORDER_COLUMNS = [
  ...['topic', 'payload', 'qos', 'retain', 'timestamp', 'time_delta'],
] as const;

/** Records as mqtt_recorder writes them. @param isBase64 whether it ran with `--encode_b64 True`; ours say so themselves */
export function mqttRecorderRows(isBase64: boolean): RowReader {
  return (bytes) => {
    const text = decodeUtf8(bytes);
    const fields = text === null ? null : csvFields(text);
    if (text === null) return 'the record is not UTF-8';
    if (fields === null) return 'a quote stands where none can';
    if (fields.length !== 6 && fields.length !== 7) return wrongCount(fields.length, 6);
    const [topic, payload, qos, retain, timestamp, , mark] = fields;
    return messageOf({
      ...{ ...NOTHING, topic, payload },
      encoding: mark === 'base64' || isBase64 ? 'base64' : 'utf8',
      timeUs: microsecondsOfSeconds(timestamp ?? ''),
      qos: numberOf(qos),
      retain: booleanOf(retain),
    });
  };
}

function wrongCount(count: number, expected: number): string {
  return `it has ${String(count)} fields instead of ${String(expected)}`;
}

function known(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** What is no number stays text, and is told as wrong. */
function numberOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  return /^\d{1,16}$/u.test(text) ? Number(text) : text;
}

function booleanOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  const word = text.toLowerCase();
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : text;
}

const INVALID = Symbol('invalid');

function jsonOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return text.includes('\\u') && hasLoneSurrogate(value) ? INVALID : value;
  } catch {
    return INVALID;
  }
}

/** Checks what a row says; what is optional and not there has MQTT's usual value. */
function messageOf(row: RawRow): ImportedRow {
  const { topic, timeUs, qos = 0, retain = false, dup = false, direction = 'in' } = row;
  const { packetId = null, session = 0, id = 0 } = row;
  if (typeof topic !== 'string') return 'it has no topic';
  if (topic === '') return 'its topic is empty';
  if (topic.length > MOST_TOPIC_BYTES) return 'its topic is longer than 65,535 bytes';
  if (timeUs === null) return 'it has no time, or one that is not like 2026-11-23T17:00:05.123456Z';
  if (Math.abs(timeUs) >= MOST_SIGNED) return 'its time is before 1827 or after 2112';
  if (qos !== 0 && qos !== 1 && qos !== 2) return 'its QoS is not 0, 1 or 2';
  if (typeof retain !== 'boolean' || typeof dup !== 'boolean') return 'a flag is not true or false';
  if (direction !== 'in' && direction !== 'out') return 'its direction is not in or out';
  if (packetId !== null && !isWhole(packetId, 65_535)) return 'its packet identifier is not valid';
  if (!isWhole(session, MOST_SIGNED - 1)) return 'its session is not a whole number';
  if (!isWhole(id, MOST_SIGNED - 1)) return 'its id is not a whole number';
  const payload = payloadOf(row.payload, row.encoding);
  if (typeof payload === 'string') return payload;
  const properties = propertiesOf(row.properties);
  if (typeof properties === 'string') return properties;
  const head = { id, session, topic, timeUs, direction, qos, retain, dup } as const;
  return { ...head, packetId: packetId === 0 ? null : packetId, properties, payload };
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;
}

function payloadOf(payload: unknown, encoding: unknown): Uint8Array | string {
  if (typeof payload !== 'string') return 'it has no payload, or one that is no text';
  if (encoding === undefined || encoding === null || encoding === 'utf8')
    return Buffer.from(payload);
  if (encoding !== 'base64') return 'its encoding is not utf8 or base64';
  return bytesOfBase64(payload) ?? 'its payload is not base64';
}

function propertiesOf(value: unknown): Uint8Array | null | string {
  if (value === undefined || value === null) return null;
  const parsed = v.safeParse(propertiesSchema, value);
  if (!parsed.success) return `its properties are not valid: ${parsed.issues[0].message}`;
  return encodeProperties(parsed.output);
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasLoneSurrogate);
}
