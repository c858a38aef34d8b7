import { Buffer } from 'node:buffer';
import type { MessageProperties } from '../../../app/message';
import { encodeProperties } from '../history/properties';
import type { RetainedMessage } from './retained-list';

/** Whether two messages have the same bytes and properties; how long they still live may differ. */
export function isSameMessage(one: RetainedMessage, other: RetainedMessage): boolean {
  if (!isSameBytes(one.payload, other.payload)) return false;
  return isSameBytes(lasting(one.properties), lasting(other.properties));
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}

/** The broker counts the expiry down, and aliases and identifiers belong to one delivery: they are left out. */
function lasting(properties: MessageProperties | null): Uint8Array {
  if (properties === null) return new Uint8Array(0);
  const { payloadFormatIndicator, responseTopic, contentType, correlationData } = properties;
  const { userProperties } = properties;
  return encodeProperties({
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(correlationData === undefined ? {} : { correlationData }),
    ...(userProperties === undefined ? {} : { userProperties }),
  });
}
