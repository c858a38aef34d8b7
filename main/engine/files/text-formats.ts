import { decimalSeconds, isoMicroseconds } from '../../../app/recording/time-text';
import type { StoredMessage } from '../history/archive';
import { csvField } from './csv';
import { payloadBase64, payloadText } from './payload-text';
import { propertiesValue } from './properties-json';

/** One message as a line of NDJSON: what is not known or not there is left out. */
export function ndjsonLine(message: StoredMessage): string {
  const { encoding, text } = payloadText(message.payload);
  const value = {
    id: message.id,
    time: isoMicroseconds(message.timeUs),
    topic: message.topic,
    qos: message.qos,
    retain: message.retain,
    dup: message.dup,
    direction: message.direction,
    ...(message.packetId === null ? {} : { packetId: message.packetId }),
    session: message.session,
    ...(message.properties === null ? {} : { properties: propertiesValue(message.properties) }),
    ...(encoding === 'base64' ? { encoding } : {}),
    payload: text,
  };
  return `${JSON.stringify(value)}\n`;
}

/** As `mqtt-loupe query --format csv` names them, without the profile. */
const CSV_COLUMNS = [
  ...['id', 'time', 'topic', 'qos', 'retain', 'dup', 'direction', 'packetId', 'session'],
  ...['properties', 'size', 'encoding', 'payload'],
];

export const csvHeader = `${CSV_COLUMNS.join(',')}\r\n`;

/** One message as a record of our CSV. */
export function csvLine(message: StoredMessage): string {
  const { encoding, text } = payloadText(message.payload);
  const { properties } = message;
  const fields = [
    String(message.id),
    isoMicroseconds(message.timeUs),
    csvField(message.topic),
    String(message.qos),
    String(message.retain),
    String(message.dup),
    message.direction,
    message.packetId === null ? '' : String(message.packetId),
    String(message.session),
    properties === null ? '' : csvField(JSON.stringify(propertiesValue(properties))),
    String(message.sizeBytes),
    encoding,
    csvField(text),
  ];
  return `${fields.join(',')}\r\n`;
}

/**
 * Records as mqtt_recorder writes them: topic, payload, QoS, retain (`True`, `False`), seconds since 1970, seconds since
 * the message before; no header. That tool has all payloads as text, or (`--encode_b64 True`) all as base64; then each of
 * our records ends with a seventh field, which it does not read, that says so. It sleeps between messages, so a
 * clock that was set back counts as no time.
 */
export function mqttRecorderLine(isBase64: boolean): (message: StoredMessage) => string {
  let beforeUs: number | null = null;
  return ({ topic, payload, qos, retain, timeUs }) => {
    const deltaUs = Math.max(0, timeUs - (beforeUs ?? timeUs));
    beforeUs = timeUs;
    const fields = [
      csvField(topic),
      isBase64 ? payloadBase64(payload).text : csvField(Buffer.from(payload).toString('utf8')),
      String(qos),
      retain ? 'True' : 'False',
      decimalSeconds(timeUs),
      decimalSeconds(deltaUs),
      ...(isBase64 ? ['base64'] : []),
    ];
    return `${fields.join(',')}\r\n`;
  };
}
