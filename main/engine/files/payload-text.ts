import { isUtf8 } from 'node:buffer';

/** Larger ones are written as base64 also when they are text: escaped as JSON they could exceed the longest string. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

export interface PayloadText {
  readonly encoding: 'utf8' | 'base64';
  readonly text: string;
}

/** A payload for a line of output, exact: as text when all of it is UTF-8, else as base64. */
export function payloadText(payload: Uint8Array): PayloadText {
  if (payload.length > MAX_TEXT_BYTES || !isUtf8(payload)) return payloadBase64(payload);
  // The bytes were looked at: nothing is replaced, and a byte order mark stays.
  return { encoding: 'utf8', text: utf8Text(payload) };
}

export function payloadBase64(payload: Uint8Array): PayloadText {
  return { encoding: 'base64', text: bufferOf(payload).toString('base64') };
}

/** Bytes that are known to be UTF-8, whatever their number. */
export function utf8Text(payload: Uint8Array): string {
  return bufferOf(payload).toString('utf8');
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
