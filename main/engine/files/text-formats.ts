import { decimalSeconds, isoMicroseconds } from '../../../app/recording/time-text';
import type { StoredMessage } from '../history/archive';
import { csvField } from './csv';
import { payloadBase64, payloadText, utf8Text } from './payload-text';
import { propertiesValue } from './properties-json';

/** One message as a line of NDJSON: what is not known or not there is left out. Put together by hand, as it is hot. */
export function ndjsonLine(message: StoredMessage): string {
  const { id, timeUs, topic, qos, retain, dup, direction, packetId, session, properties } = message;
  const { encoding, text } = payloadText(message.payload);
  const packet = packetId === null ? '' : `,"packetId":${String(packetId)}`;
  const more =
    properties === null ? '' : `,"properties":${JSON.stringify(propertiesValue(properties))}`;
  const base64 = encoding === 'base64' ? ',"encoding":"base64"' : '';
  return (
    `{"id":${String(id)},"time":"${isoMicroseconds(timeUs)}","topic":${jsonNames.of(topic)},"qos":${String(qos)}` +
    `,"retain":${String(retain)},"dup":${String(dup)},"direction":"${direction}"${packet}` +
    `,"session":${String(session)}${more}${base64},"payload":${JSON.stringify(text)}}\n`
  );
}

const MOST_NAMES = 10_000;

/** Names of topics as they are written: the same few thousand again and again. */
class WrittenNames {
  readonly #names = new Map<string, string>();
  readonly #write: (name: string) => string;

  constructor(write: (name: string) => string) {
    this.#write = write;
  }

  of(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    const written = this.#write(name);
    this.#names.set(name, written);
    return written;
  }
}

const jsonNames = new WrittenNames((name) => JSON.stringify(name));
const csvNames = new WrittenNames(csvField);

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
    csvNames.of(message.topic),
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
      csvNames.of(topic),
      isBase64 ? payloadBase64(payload).text : csvField(utf8Text(payload)),
      String(qos),
      retain ? 'True' : 'False',
      decimalSeconds(timeUs),
      decimalSeconds(deltaUs),
      ...(isBase64 ? ['base64'] : []),
    ];
    return `${fields.join(',')}\r\n`;
  };
}
