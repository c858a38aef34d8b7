import type { DecoderOptions } from '../decoding/decoded';
import type { QoS } from '../message';

/** How the bytes of Correlation Data were written down. */
export const NOTATIONS = ['text', 'hex', 'base64'] as const;
export type Notation = (typeof NOTATIONS)[number];

/** Properties of a PUBLISH (MQTT 5.0 §3.3.2.3) as they stand in the form; what is empty is not sent. */
export interface DraftProperties {
  readonly payloadFormatIndicator: boolean | null;
  /** Seconds, as they were typed. */
  readonly messageExpiryInterval: string;
  readonly contentType: string;
  readonly responseTopic: string;
  readonly correlationData: { readonly notation: Notation; readonly text: string };
  /** In their order; names may repeat. */
  readonly userProperties: ReadonlyArray<readonly [name: string, value: string]>;
}

/** A payload that does not stand in the form: its bytes go as they are. */
export type DraftSource =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly name: string;
      readonly sizeBytes: number;
    }
  /** That of a stored message. */
  | {
      readonly kind: 'message';
      readonly profileId: string;
      readonly messageId: number;
      readonly sizeBytes: number;
    };

/** A message as it is written in the publish form, and as a template keeps it. */
export interface PublishDraft {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** An encoder; null: as the decoding rules say of the topic, else text. */
  readonly format: string | null;
  /** Of the encoder. */
  readonly options: DecoderOptions;
  /** Encoders that the bytes go through afterwards, in that order: `gzip`. */
  readonly packing: readonly string[];
  /** Takes the place of the text. */
  readonly source: DraftSource | null;
  readonly properties: DraftProperties;
  /** Whether `{{…}}` stands for a value; otherwise it is sent as it is. */
  readonly variables: boolean;
}

export const NO_PROPERTIES: DraftProperties = {
  payloadFormatIndicator: null,
  messageExpiryInterval: '',
  contentType: '',
  responseTopic: '',
  correlationData: { notation: 'text', text: '' },
  userProperties: [],
};

export const EMPTY_DRAFT: PublishDraft = {
  topic: '',
  payload: '',
  qos: 0,
  retain: false,
  format: null,
  options: {},
  packing: [],
  source: null,
  properties: NO_PROPERTIES,
  variables: true,
};

/** How many properties would be sent. */
export function propertyCount(properties: DraftProperties): number {
  const { payloadFormatIndicator, messageExpiryInterval, contentType } = properties;
  const texts = [messageExpiryInterval, contentType, properties.responseTopic];
  return (
    (payloadFormatIndicator === null ? 0 : 1) +
    [...texts, properties.correlationData.text].filter((text) => text !== '').length +
    properties.userProperties.length
  );
}

/** Every text of a draft in which variables count. */
export function textsOf(draft: PublishDraft): string[] {
  const { contentType, responseTopic, messageExpiryInterval, correlationData, userProperties } =
    draft.properties;
  return [
    draft.topic,
    ...(draft.source === null ? [draft.payload] : []),
    ...[contentType, responseTopic, messageExpiryInterval, correlationData.text],
    ...userProperties.flat(),
  ];
}
