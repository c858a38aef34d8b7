import { decodeUtf8 } from '../../../app/payload/utf8';

/** Larger ones are written as base64 also when they are text: escaped as JSON they could exceed the longest string. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

export interface PayloadText {
  readonly encoding: 'utf8' | 'base64';
  readonly text: string;
}

/** A payload for a line of output, exact: as text when all of it is UTF-8, else as base64. */
export function payloadText(payload: Uint8Array): PayloadText {
  const text = payload.length <= MAX_TEXT_BYTES ? decodeUtf8(payload) : null;
  return text === null ? payloadBase64(payload) : { encoding: 'utf8', text };
}

export function payloadBase64(payload: Uint8Array): PayloadText {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return { encoding: 'base64', text: bytes.toString('base64') };
}
