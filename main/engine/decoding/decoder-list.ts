import type { DecoderInfo } from '../../../app/decoding/decoded';
import type { Decoder } from './decoder';
import { avro } from './decoders/avro';
import { avroFile } from './decoders/avro-file';
import { base64Text } from './decoders/base64-text';
import { brotli } from './decoders/brotli';
import { bytes } from './decoders/bytes';
import { cbor } from './decoders/cbor';
import { deflate } from './decoders/deflate';
import { gzip } from './decoders/gzip';
import { hexText } from './decoders/hex-text';
import { image } from './decoders/image';
import { json } from './decoders/json';
import { jwt } from './decoders/jwt';
import { messagePack } from './decoders/message-pack';
import { numbers } from './decoders/numbers';
import { protobufFields } from './decoders/protobuf-fields';
import { protobufMessage } from './decoders/protobuf';
import { skip } from './decoders/skip';
import { sparkplug } from './decoders/sparkplug';
import { text } from './decoders/text';
import { xml } from './decoders/xml';
import { zstd } from './decoders/zstd';

/** Every decoder, in the order of the menu and in which the content is asked. A new one is a file and a line here. */
export const decoders: readonly Decoder[] = [
  json,
  text,
  numbers,
  gzip,
  zstd,
  image,
  sparkplug,
  jwt,
  xml,
  messagePack,
  cbor,
  protobufMessage,
  protobufFields,
  avro,
  avroFile,
  base64Text,
  hexText,
  deflate,
  brotli,
  skip,
  bytes,
];

export function decoderWith(id: string): Decoder | undefined {
  return decoders.find((decoder) => decoder.id === id);
}

/** What the window needs to know of them. */
export const decoderInfos: readonly DecoderInfo[] = decoders.map(
  ({ id, label, hint, unpacks, options }) => ({ id, label, hint, unpacks, options }),
);
