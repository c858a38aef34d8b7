import type { PayloadText } from '../engine/files/payload-text';

export { payloadText, type PayloadText } from '../engine/files/payload-text';

/** For a table, which has no column for the encoding. */
export function payloadWords({ encoding, text }: PayloadText): string {
  return encoding === 'utf8' ? text : `(base64) ${text}`;
}
