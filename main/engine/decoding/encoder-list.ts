import type { EncoderInfo } from '../../../app/contract-desk';
import type { Encoder } from './encoder';
import { avro } from './encoders/avro';
import { base64 } from './encoders/base64';
import { cbor } from './encoders/cbor';
import { hex } from './encoders/hex';
import { json } from './encoders/json';
import { messagePack } from './encoders/message-pack';
import { base64Text, brotli, deflate, gzip, hexText } from './encoders/packing';
import { protobufMessage } from './encoders/protobuf';
import { sparkplug } from './encoders/sparkplug';
import { text } from './encoders/text';
import { xml } from './encoders/xml';

/** Every encoder, in the order of the menu. A new one is a file and a line here. */
export const encoders: readonly Encoder[] = [
  text,
  json,
  xml,
  hex,
  base64,
  cbor,
  messagePack,
  protobufMessage,
  avro,
  sparkplug,
  gzip,
  deflate,
  brotli,
  base64Text,
  hexText,
];

export function encoderWith(id: string): Encoder | undefined {
  return encoders.find((encoder) => encoder.id === id);
}

/** What the window needs to know of them. */
export const encoderInfos: readonly EncoderInfo[] = encoders.map(
  ({ id, label, hint, packs, syntax, options }) => ({ id, label, hint, packs, syntax, options }),
);
