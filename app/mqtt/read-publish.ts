import { decodeUtf8Prefix, looksBinary } from '../payload/utf8';
import type { FieldReader } from './field-reader';
import { bytesWords } from './field-reader';
import type { PacketSummary } from './packet-field';
import { readPacketId } from './read-acknowledgements';
import { readProperties } from './read-properties';

export const PAYLOAD_FIELD = 'Payload';
const SHOWN_PAYLOAD_BYTES = 600;

export type PublishFlags = NonNullable<PacketSummary['flags']>;

export function publishFlags(first: number): PublishFlags {
  return { qos: (first >> 1) & 3, retain: (first & 1) !== 0, dup: (first & 8) !== 0 };
}

/** What of a PUBLISH is told before it is read to its end. */
export interface ReadPublish {
  topic: string | null;
  topicAlias: number | null;
  packetId: number | null;
  about: string;
}

/** PUBLISH behind its fixed header (§3.3). */
export function readPublish(
  reader: FieldReader,
  { qos, dup }: PublishFlags,
  into: ReadPublish,
): void {
  if (qos === 3) reader.fail('A PUBLISH with QoS 3', 'publish-qos');
  if (qos === 0 && dup) reader.complain('DUP is set with QoS 0', 'dup');
  const topic = reader.text('Topic Name');
  into.topic = topic;
  if (/[+#]/u.test(topic)) reader.complain('The topic name has a wildcard', 'topic-wildcard');
  if (qos > 0) into.packetId = readPacketId(reader);
  const { topicAlias } = readProperties(reader, 'PUBLISH');
  if (topicAlias === 0) reader.complain('The topic alias is 0', 'topic-alias');
  if (topicAlias !== null) readAlias(reader, topicAlias, into);
  if (topic === '' && topicAlias === null)
    reader.complain('The topic name is empty', 'topic-empty');
  const size = reader.left;
  reader.rest(PAYLOAD_FIELD, (bytes) => payloadWords(bytes, size));
}

/** A topic name that is empty stands for the one that the alias was set to (MQTT 5.0 §3.3.2.3.4). */
function readAlias(reader: FieldReader, alias: number, into: ReadPublish): void {
  into.topicAlias = alias;
  into.about = `topic alias ${String(alias)}`;
  const { aliased } = reader.options;
  if (aliased === undefined || into.topic !== '') return;
  if (aliased === null) into.about += ', set before packets were kept';
  else into.topic = aliased;
  reader.note('Topic of the alias', aliased ?? 'set before packets were kept', reader.position);
}

function payloadWords(bytes: Uint8Array, size: number): string {
  if (size === 0) return 'empty';
  const text = decodeUtf8Prefix(bytes, SHOWN_PAYLOAD_BYTES, bytes.length === size);
  if (text === null || looksBinary(text)) return bytesWords(bytes);
  return bytes.length <= SHOWN_PAYLOAD_BYTES ? text : `${text}…`;
}
