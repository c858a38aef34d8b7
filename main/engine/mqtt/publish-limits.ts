import type { MessageProperties, QoS } from '../../../app/message';
import { Buffer } from 'node:buffer';
import type { Packet } from 'mqtt';
import type { MqttVersion } from '../../../app/profile';
import { hexCode, reasonWords } from '../../../app/reason-codes';
import type { OutgoingMessage } from './types';

/** The largest Remaining Length (MQTT 5.0 §1.5.5). */
const MAX_REMAINING_BYTES = 268_435_455;

/** What the server's CONNACK allows (MQTT 5.0 §3.2.2.3); mqtt.js does not enforce it. */
export interface ServerLimits {
  readonly maximumQoS: QoS;
  readonly retainAvailable: boolean;
  readonly maximumPacketBytes: number;
  readonly receiveMaximum: number;
}

/**
 * Says why a server would not take a message, or returns null.
 */
export function publishProblem(
  message: OutgoingMessage,
  { maximumQoS, retainAvailable, maximumPacketBytes }: ServerLimits,
  version: MqttVersion,
): string | null {
  if (message.qos > maximumQoS) {
    return `This broker accepts at most QoS ${String(maximumQoS)} [MQTT-3.2.2-11].`;
  }
  if (message.retain && !retainAvailable)
    return 'This broker does not keep retained messages [MQTT-3.2.2-14].';
  const remaining = remainingBytes(message, version);
  const total = 1 + lengthBytes(remaining) + remaining;
  if (remaining > MAX_REMAINING_BYTES) return 'An MQTT packet can have at most 256 MB.';
  if (total > maximumPacketBytes) {
    return `This broker accepts packets of at most ${bytes(maximumPacketBytes)}; this one has ${bytes(total)}.`;
  }
  return null;
}

/** Remaining Length of the PUBLISH (MQTT 5.0 §3.3): topic, packet identifier, properties, payload. */
function remainingBytes(message: OutgoingMessage, version: MqttVersion): number {
  const head = 2 + Buffer.byteLength(message.topic) + (message.qos > 0 ? 2 : 0);
  const properties = version === '5' ? propertyBytes(message.properties ?? null) : 0;
  const length = version === '5' ? lengthBytes(properties) : 0;
  return head + length + properties + message.payload.byteLength;
}

/** What the properties of a PUBLISH take (MQTT 5.0 §3.3.2.3): an identifier each, and two bytes before a text or bytes. */
function propertyBytes(properties: MessageProperties | null): number {
  if (properties === null) return 0;
  const { responseTopic, contentType, correlationData, userProperties = [] } = properties;
  const texts = [responseTopic, contentType].flatMap((text) => text ?? []);
  const pairs = userProperties.map(
    ([name, value]) => 5 + Buffer.byteLength(name) + Buffer.byteLength(value),
  );
  return (
    (properties.payloadFormatIndicator === undefined ? 0 : 2) +
    (properties.messageExpiryInterval === undefined ? 0 : 5) +
    texts.reduce((sum, text) => sum + 3 + Buffer.byteLength(text), 0) +
    (correlationData === undefined ? 0 : 3 + correlationData.length) +
    pairs.reduce((sum, bytes) => sum + bytes, 0)
  );
}

/** Why the broker refused a publish, as far as it said, or why it could not be sent. */
export function refusalWords(error: Error, packet: Packet | undefined): string {
  const code = 'code' in error ? error.code : undefined;
  if (typeof code !== 'number') return `It was not sent: ${error.message}.`;
  const said =
    packet !== undefined && 'properties' in packet ? reasonStringOf(packet.properties) : null;
  return `The broker refused it: ${reasonWords(code)} (${hexCode(code)}).${said === null ? '' : ` It said: “${said}”.`}`;
}

function reasonStringOf(properties: unknown): string | null {
  if (typeof properties !== 'object' || properties === null || !('reasonString' in properties))
    return null;
  return typeof properties.reasonString === 'string' ? properties.reasonString : null;
}

function lengthBytes(remaining: number): number {
  if (remaining < 128) return 1;
  if (remaining < 16_384) return 2;
  return remaining < 2_097_152 ? 3 : 4;
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} bytes`;
}
