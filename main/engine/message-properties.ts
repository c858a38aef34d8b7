import type { IPublishPacket } from 'mqtt';
import type { MessageProperties } from '../../app/message';

type PacketProperties = NonNullable<IPublishPacket['properties']>;

/** The properties of a PUBLISH in our own form; null when there are none (MQTT 5.0 §3.3.2.3). */
export function messagePropertiesOf(packet: PacketProperties): MessageProperties | null {
  const subscriptionIdentifiers = asList(packet.subscriptionIdentifier).filter(
    (one) => typeof one === 'number',
  );
  const userProperties = pairsOf(packet.userProperties);
  // A duplicated Content Type is a protocol error that reaches us as a list: the first one counts.
  const contentType: unknown = asList<unknown>(packet.contentType)[0];
  const properties: MessageProperties = {
    ...(packet.payloadFormatIndicator === undefined
      ? {}
      : { payloadFormatIndicator: Boolean(packet.payloadFormatIndicator) }),
    ...(packet.messageExpiryInterval === undefined
      ? {}
      : { messageExpiryInterval: packet.messageExpiryInterval }),
    ...(packet.topicAlias === undefined ? {} : { topicAlias: packet.topicAlias }),
    ...(packet.responseTopic === undefined ? {} : { responseTopic: packet.responseTopic }),
    ...(packet.correlationData === undefined
      ? {}
      : { correlationData: new Uint8Array(packet.correlationData) }),
    ...(userProperties.length === 0 ? {} : { userProperties }),
    ...(subscriptionIdentifiers.length === 0 ? {} : { subscriptionIdentifiers }),
    ...(typeof contentType === 'string' ? { contentType } : {}),
  };
  return Object.keys(properties).length === 0 ? null : properties;
}

function pairsOf(properties: PacketProperties['userProperties']): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const [name, values] of Object.entries(properties ?? {})) {
    for (const value of asList(values)) pairs.push([name, value]);
  }
  return pairs;
}

function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
