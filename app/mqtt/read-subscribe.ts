import type { FieldReader } from './field-reader';
import { readPacketId } from './read-acknowledgements';
import { readProperties } from './read-properties';

const RETAIN_HANDLING = ['sends retained', 'sends retained if new', 'no retained'] as const;
/** What a row and a filter look at of thousands of topic filters. */
const MOST_FILTERS_TOLD = 100;

/** What is told of a SUBSCRIBE or UNSUBSCRIBE. */
export interface ReadFilters {
  packetId: number | null;
  /** Each on a line. */
  topic: string | null;
  about: string;
}

/** SUBSCRIBE (§3.8). */
export function readSubscribe(reader: FieldReader, into: ReadFilters): void {
  into.packetId = readPacketId(reader);
  readProperties(reader, 'SUBSCRIBE');
  if (reader.left === 0) reader.complain('SUBSCRIBE has no topic filter', 'subscribe-empty');
  readFilters(reader, into, () => {
    readOptions(reader);
  });
}

/** UNSUBSCRIBE (§3.10). */
export function readUnsubscribe(reader: FieldReader, into: ReadFilters): void {
  into.packetId = readPacketId(reader);
  readProperties(reader, 'UNSUBSCRIBE');
  if (reader.left === 0) reader.complain('UNSUBSCRIBE has no topic filter', 'unsubscribe-empty');
  readFilters(reader, into, () => undefined);
}

function readFilters(reader: FieldReader, into: ReadFilters, then: () => void): void {
  const filters: string[] = [];
  let count = 0;
  while (reader.left > 0) {
    const filter = reader.text('Topic Filter');
    if (filter === '') reader.complain('A topic filter is empty', 'filter-empty');
    count += 1;
    if (filters.length < MOST_FILTERS_TOLD) filters.push(filter);
    into.topic = filters.join('\n');
    then();
  }
  if (count > 1) into.about = `${String(count)} topic filters`;
}

function readOptions(reader: FieldReader): void {
  const { isFive } = reader;
  const value = reader.byte(isFive ? 'Subscription Options' : 'Requested QoS', (options) =>
    isFive ? optionWords(options) : String(options),
  );
  const isSound = (value & 3) < 3 && (isFive ? value < 0xc0 && (value & 0xc0) === 0 : value < 3);
  if (!isSound) reader.complain('The options of a subscription are not valid', 'subscribe-options');
  if (isFive && ((value >> 4) & 3) === 3) {
    reader.complain('Retain Handling is 3', 'subscribe-options');
  }
}

function optionWords(options: number): string {
  return [
    `QoS ${String(options & 3)}`,
    ...((options & 4) === 0 ? [] : ['no local']),
    ...((options & 8) === 0 ? [] : ['retain as published']),
    RETAIN_HANDLING[(options >> 4) & 3] ?? 'retain handling 3',
  ].join(', ');
}
