import type { MessageProperties, QoS } from '../message';
import { toBase64 } from '../payload/base64';
import { hexText } from '../payload/hex';
import { decodeUtf8, looksBinary } from '../payload/utf8';
import { EMPTY_DRAFT, NO_PROPERTIES, type DraftProperties, type PublishDraft } from './draft';

/** Beyond this, bytes are written in the shorter of the two notations. */
const MOST_HEX_BYTES = 16 * 1024;

/** A message as a draft that would send the very same bytes, QoS, retain flag and properties. */
export function draftOfMessage(message: {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: MessageProperties | null;
}): PublishDraft {
  const { topic, qos, retain, properties } = message;
  return {
    ...EMPTY_DRAFT,
    ...{ topic, qos, retain },
    ...payloadText(message.payload),
    properties: draftPropertiesOf(properties),
    // What stood in braces was sent so.
    variables: false,
  };
}

function payloadText(payload: Uint8Array): Pick<PublishDraft, 'payload' | 'format'> {
  const text = decodeUtf8(payload);
  if (text !== null && !looksBinary(text)) return { payload: text, format: 'text' };
  if (payload.length <= MOST_HEX_BYTES) return { payload: hexText(payload), format: 'hex' };
  return { payload: toBase64(payload), format: 'base64' };
}

/** What belongs to a connection, topic aliases and subscription identifiers, is left out. */
export function draftPropertiesOf(properties: MessageProperties | null): DraftProperties {
  if (properties === null) return NO_PROPERTIES;
  const { payloadFormatIndicator, messageExpiryInterval, correlationData } = properties;
  return {
    payloadFormatIndicator: payloadFormatIndicator ?? null,
    messageExpiryInterval: messageExpiryInterval === undefined ? '' : String(messageExpiryInterval),
    contentType: properties.contentType ?? '',
    responseTopic: properties.responseTopic ?? '',
    correlationData: correlationData
      ? correlationOf(correlationData)
      : NO_PROPERTIES.correlationData,
    userProperties: properties.userProperties ?? [],
  };
}

function correlationOf(bytes: Uint8Array): DraftProperties['correlationData'] {
  const text = decodeUtf8(bytes);
  // A line of text cannot hold a line break.
  const isPlain = text !== null && !looksBinary(text) && !/[\r\n]/u.test(text);
  return isPlain ? { notation: 'text', text } : { notation: 'hex', text: hexText(bytes) };
}
