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

/**
 * What a PUBLISH can say of a message's properties; undefined for nothing. Topic aliases belong to the connection on
 * which the message came (§3.3.2.3.4), subscription identifiers to its subscriber [MQTT-3.3.4-6]: they are left out.
 */
export function packetPropertiesOf(
  properties: MessageProperties | null,
): PacketProperties | undefined {
  if (properties === null) return undefined;
  const { payloadFormatIndicator, messageExpiryInterval, responseTopic, contentType } = properties;
  const { correlationData, userProperties = [] } = properties;
  const packet: PacketProperties = {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
    ...(userProperties.length === 0 ? {} : { userProperties: inOrder(userProperties) }),
  };
  return Object.keys(packet).length === 0 ? undefined : packet;
}

/**
 * In their order, also where names repeat: mqtt-packet writes the entries of a list one after the other, where one object
 * would gather what has the same name. No prototype, because names come from outside.
 */
function inOrder(
  pairs: NonNullable<MessageProperties['userProperties']>,
): NonNullable<PacketProperties['userProperties']> {
  const entries = pairs.map(([name, value]) =>
    Object.assign(Object.create(null) as Record<string, string>, { [name]: value }),
  );
  // The library's types have the one object only.
  return entries as unknown as NonNullable<PacketProperties['userProperties']>;
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
