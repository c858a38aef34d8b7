import * as v from 'valibot';
import type { MessageProperties } from '../../../app/message';

/** Plain JSON: correlation data, which is bytes, as base64. */
export function propertiesValue(properties: MessageProperties | null): unknown {
  if (properties?.correlationData === undefined) return properties;
  const correlationData = Buffer.from(properties.correlationData).toString('base64');
  return { ...properties, correlationData };
}

const base64 = v.pipe(
  v.string(),
  v.check((text) => bytesOfBase64(text) !== null, 'The correlation data is not base64.'),
  v.transform((text) => Uint8Array.from(bytesOfBase64(text) ?? [])),
);
const uint32 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));

/** What `propertiesValue` makes; other keys are left out. */
export const propertiesSchema: v.GenericSchema<unknown, MessageProperties> = v.object({
  payloadFormatIndicator: v.exactOptional(v.boolean()),
  messageExpiryInterval: v.exactOptional(uint32),
  topicAlias: v.exactOptional(uint32),
  responseTopic: v.exactOptional(v.string()),
  correlationData: v.exactOptional(base64),
  userProperties: v.exactOptional(v.array(v.tuple([v.string(), v.string()]))),
  subscriptionIdentifiers: v.exactOptional(v.array(uint32)),
  contentType: v.exactOptional(v.string()),
});

/** The bytes of base64 as we and others write it (RFC 4648 §4, padding may be missing); null when it is not that. */
export function bytesOfBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  // Node leaves out what does not belong there; then less comes out than went in.
  const digits = text.endsWith('==')
    ? text.length - 2
    : text.endsWith('=')
      ? text.length - 1
      : text.length;
  if (Math.ceil((bytes.length * 4) / 3) !== digits) return null;
  return digits === text.length || text.length % 4 === 0 ? bytes : null;
}
