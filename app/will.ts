import * as v from 'valibot';
import { bytesFromBase64, bytesFromHex } from './payload/from-text';
import {
  qosSchema,
  singleLine,
  userPropertiesSchema,
  wholeNumber,
  without,
} from './profile-fields';
import { topicNameProblem } from './topic';

/** The will's payload is Binary Data: at most 65,535 bytes (MQTT 5.0 §3.1.3.4). */
export const MAX_WILL_BYTES = 65_535;

/** From here on a CONNECT with the will may be larger than a broker takes: many allow a few kilobytes only. */
export const LARGE_WILL_BYTES = 1_024;

const LONGEST_SECONDS = 0xff_ff_ff_ff;

/** The payload as it was entered; a file is read at every connect. */
export const willPayloadSchema = v.variant('kind', [
  v.object({
    kind: v.literal('text'),
    text: v.pipe(
      v.string(),
      v.maxLength(MAX_WILL_BYTES, 'The will may have at most 65,535 bytes.'),
    ),
  }),
  v.object({
    kind: v.literal('base64'),
    text: v.pipe(
      v.string(),
      v.maxLength(MAX_WILL_BYTES * 2, 'The will may have at most 65,535 bytes.'),
      without((text) => (bytesFromBase64(text) === null ? 'This is not Base64.' : null)),
    ),
  }),
  v.object({
    kind: v.literal('hex'),
    text: v.pipe(
      v.string(),
      v.maxLength(MAX_WILL_BYTES * 3, 'The will may have at most 65,535 bytes.'),
      without((text) =>
        bytesFromHex(text) === null ? 'This is not hex: two digits for each byte.' : null,
      ),
    ),
  }),
  v.object({
    kind: v.literal('file'),
    path: v.pipe(
      singleLine('The path of the file', 4096),
      v.nonEmpty('Choose the file whose content is the payload.'),
    ),
  }),
]);

/** What the broker publishes when the connection ends without a DISCONNECT (MQTT 5.0 §3.1.2.5, §3.1.3.2). */
export const willSchema = v.object({
  topic: v.pipe(v.string(), without(topicNameProblem)),
  payload: willPayloadSchema,
  qos: qosSchema,
  retain: v.boolean(),
  /** Seconds that the broker waits before it publishes it (MQTT 5). */
  delaySeconds: wholeNumber('The delay', 0, LONGEST_SECONDS),
  /** Null: it does not expire. */
  messageExpirySeconds: v.nullable(wholeNumber('Message expiry', 0, LONGEST_SECONDS)),
  /** Whether the payload is said to be UTF-8 text. */
  payloadIsText: v.boolean(),
  contentType: singleLine('The content type', 1024),
  /** Empty for none. */
  responseTopic: v.pipe(
    v.string(),
    without((topic: string) => (topic === '' ? null : topicNameProblem(topic))),
  ),
  /** As text; empty for none. */
  correlationData: singleLine('The correlation data', 4096),
  userProperties: userPropertiesSchema,
});

export type Will = v.InferOutput<typeof willSchema>;

export const DEFAULT_WILL: Will = {
  topic: '',
  payload: { kind: 'text', text: '' },
  qos: 0,
  retain: false,
  delaySeconds: 0,
  messageExpirySeconds: null,
  payloadIsText: false,
  contentType: '',
  responseTopic: '',
  correlationData: '',
  userProperties: [],
};
