import type { MessageHead } from '../../app/contract';
import { formatBytes, formatCount, formatTimeUs } from '../../app/payload/format';
import { hexText } from '../../app/payload/hex';
import { decodeUtf8, looksBinary } from '../../app/payload/utf8';

/** One line of the table of properties. */
export interface PropertyRow {
  readonly name: string;
  readonly value: string;
  /** A few faint words that explain it. */
  readonly note: string | null;
  /** The exact text to copy where it differs from what is shown. */
  readonly copy: string;
}

export interface PropertyGroup {
  readonly title: string;
  readonly rows: readonly PropertyRow[];
}

/** All that is known about a message but its payload, as groups of rows (MQTT 5.0 §3.3.1, §3.3.2.3). */
export function propertyGroups(message: MessageHead): readonly PropertyGroup[] {
  const groups: PropertyGroup[] = [
    { title: 'Message', rows: messageRows(message) },
    { title: 'MQTT 5 properties', rows: mqtt5Rows(message) },
    { title: 'User properties', rows: userRows(message) },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

const QOS_NOTES = ['at most once', 'at least once', 'exactly once'] as const;

function messageRows(message: MessageHead): PropertyRow[] {
  const isOut = message.direction === 'out';
  return [
    row('Direction', isOut ? 'published' : 'received', isOut ? 'by this connection' : null),
    row('Time', formatTimeUs(message.timeUs), 'local time'),
    row('QoS', String(message.qos), QOS_NOTES[message.qos]),
    row('Retain', message.retain ? 'yes' : 'no', retainNote(message)),
    row('DUP', message.dup ? 'yes' : 'no', message.dup ? 'sent again by the broker' : null),
    message.packetId === null
      ? row('Packet identifier', 'none', 'QoS 0 has none')
      : row('Packet identifier', String(message.packetId), null),
    row(
      'Size',
      formatBytes(message.sizeBytes),
      message.sizeBytes < 1000 ? null : `${formatCount(message.sizeBytes)} bytes`,
      String(message.sizeBytes),
    ),
    row('Number in the history', formatCount(message.id), null, String(message.id)),
  ];
}

function retainNote(message: MessageHead): string | null {
  if (!message.retain) return null;
  return message.direction === 'out'
    ? 'to be kept by the broker'
    : 'kept by the broker from before';
}

function mqtt5Rows(message: MessageHead): PropertyRow[] {
  const properties = message.properties ?? {};
  const rows: PropertyRow[] = [];
  const {
    payloadFormatIndicator: format,
    messageExpiryInterval: expiry,
    topicAlias: alias,
  } = properties;
  if (properties.contentType !== undefined)
    rows.push(row('Content type', properties.contentType, null));
  if (format !== undefined) {
    rows.push(
      row(
        'Payload format',
        format ? 'UTF-8 text' : 'unspecified bytes',
        `indicator ${Number(format)}`,
      ),
    );
  }
  if (expiry !== undefined)
    rows.push(row('Message expiry', `${formatCount(expiry)} s`, null, String(expiry)));
  if (properties.responseTopic !== undefined)
    rows.push(row('Response topic', properties.responseTopic, null));
  if (properties.correlationData !== undefined)
    rows.push(...correlationRows(properties.correlationData));
  if (alias !== undefined) rows.push(row('Topic alias', String(alias), null));
  const identifiers = properties.subscriptionIdentifiers ?? [];
  if (identifiers.length > 0)
    rows.push(row('Subscription identifiers', identifiers.join(', '), null));
  return rows;
}

function correlationRows(data: Uint8Array): PropertyRow[] {
  const rows = [row('Correlation data', hexText(data), formatBytes(data.length))];
  const text = decodeUtf8(data);
  if (text !== null && text !== '' && !looksBinary(text)) {
    rows.push(row('Correlation data as text', text, null));
  }
  return rows;
}

function userRows(message: MessageHead): PropertyRow[] {
  return (message.properties?.userProperties ?? []).map(([name, value]) => row(name, value, null));
}

function row(name: string, value: string, note: string | null, copy = value): PropertyRow {
  return { name, value, note, copy };
}
