import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { StoredMessage } from '../history/archive';
import type { MessageWriter } from './message-writers';
import { propertiesValue } from './properties-json';
import type { Sink } from './sink';

/** A row group is held in memory whole: so many messages, or so many bytes of payloads. */
const GROUP_MESSAGES = 50_000;
const GROUP_BYTES = 16 * 1024 * 1024;

const text = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
} as const;
const required = { repetition_type: 'REQUIRED' } as const;
const optional = { repetition_type: 'OPTIONAL' } as const;
const moment = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MICROS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
} as const;

const schema: SchemaElement[] = [
  { name: 'messages', num_children: 11 },
  { name: 'id', type: 'INT64', ...required },
  { name: 'time', ...moment, ...required },
  { name: 'topic', ...text, ...required },
  { name: 'qos', type: 'INT32', ...required },
  { name: 'retain', type: 'BOOLEAN', ...required },
  { name: 'dup', type: 'BOOLEAN', ...required },
  { name: 'direction', ...text, ...required },
  { name: 'packetId', type: 'INT32', ...optional },
  { name: 'session', type: 'INT32', ...required },
  { name: 'properties', ...text, ...optional },
  { name: 'payload', type: 'BYTE_ARRAY', ...required },
];

/** Parquet, a row group at a time. Payloads are bytes, as they came. */
export class ParquetMessageWriter implements MessageWriter {
  readonly #sink: Sink;
  readonly #bytes = new ByteWriter(GROUP_BYTES);
  readonly #parquet: ParquetWriter;
  #group: StoredMessage[] = [];
  #groupBytes = 0;

  constructor(sink: Sink, createdBy: string) {
    this.#sink = sink;
    this.#parquet = new ParquetWriter({ writer: this.#bytes, schema, createdBy });
  }

  get isFull(): boolean {
    return this.#group.length >= GROUP_MESSAGES || this.#groupBytes >= GROUP_BYTES;
  }

  add(message: StoredMessage): void {
    this.#group.push(message);
    this.#groupBytes += message.payload.length;
  }

  async flush(): Promise<void> {
    if (this.#group.length === 0) return;
    const group = this.#group;
    this.#group = [];
    this.#groupBytes = 0;
    const column = (name: string, of: (message: StoredMessage) => unknown) => ({
      ...{ name, data: group.map(of), offsetIndex: false },
    });
    await this.#parquet.write({
      columnData: [
        column('id', ({ id }) => BigInt(id)),
        column('time', ({ timeUs }) => BigInt(timeUs)),
        column('topic', ({ topic }) => topic),
        column('qos', ({ qos }) => qos),
        column('retain', ({ retain }) => retain),
        column('dup', ({ dup }) => dup),
        column('direction', ({ direction }) => direction),
        column('packetId', ({ packetId }) => packetId),
        column('session', ({ session }) => session),
        column('properties', ({ properties }) =>
          properties === null ? null : JSON.stringify(propertiesValue(properties)),
        ),
        // No dictionary and no bounds of what seldom repeats.
        { ...column('payload', ({ payload }) => payload), encoding: 'PLAIN', statistics: false },
      ],
      rowGroupSize: group.length,
    });
    await this.#send();
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#parquet.finish();
    await this.#send();
  }

  /** What the library wrote; it counts its offsets on. */
  async #send(): Promise<void> {
    await this.#sink.write(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }
}
