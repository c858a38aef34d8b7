import { inflateRawSync } from 'node:zlib';
import { messageOf } from '../../../../app/errors';
import { jsonOf } from '../../../../app/payload/detect';
import { decodeUtf8 } from '../../../../app/payload/utf8';
import { AvroReader } from '../avro-reader';
import { shapeOfSchema, type AvroShape } from '../avro-shape';
import { checkStructuredSize, jsonValue, type Decoder } from '../decoder';
import { tooLarge, writeJson } from '../json-writer';
import { unpacked } from './unpacked';
import { unpackZstd } from './zstd';

const MAGIC = [0x4f, 0x62, 0x6a, 0x01];
const SYNC_BYTES = 16;

/** An Avro object container file, which brings its schema along (Avro 1.11 §Object container files). */
export const avroFile: Decoder = {
  id: 'avro-file',
  label: 'Avro file',
  hint: 'brings its schema along',
  unpacks: false,
  options: [],
  contentTypes: ['avro/binary', 'application/avro', 'application/vnd.apache.avro'],
  recognises: (bytes) =>
    bytes.length > MAGIC.length + SYNC_BYTES && MAGIC.every((byte, index) => bytes[index] === byte),
  decode: (bytes, _options, { maxBytes }) => {
    checkStructuredSize(bytes);
    const reader = new AvroReader(bytes);
    const magic = reader.slice(MAGIC.length);
    if (!MAGIC.every((byte, index) => magic[index] === byte))
      throw new Error('It does not begin like an Avro file');
    const header = readHeader(reader);
    const { values, blocks } = readBlocks(reader, header, maxBytes);
    const packed = header.codec === 'null' ? '' : `, packed with ${header.codec}`;
    const counted = `${String(values.length)} ${values.length === 1 ? 'value' : 'values'} in ${String(blocks)} ${blocks === 1 ? 'block' : 'blocks'}`;
    return jsonValue(writeJson(values, maxBytes), [`${counted}${packed}.`]);
  },
};

interface Header {
  readonly shape: AvroShape;
  readonly codec: string;
  readonly sync: Uint8Array;
}

function readHeader(reader: AvroReader): Header {
  const metadata = new Map<string, Uint8Array>();
  reader.blocks(() => {
    const name = reader.string();
    metadata.set(name, reader.slice(Number(reader.long())));
  });
  const schema = jsonOf(decodeUtf8(metadata.get('avro.schema') ?? new Uint8Array()) ?? '');
  if (!schema.ok) throw new Error(`Its schema is not JSON (${schema.problem.message})`);
  const codec = decodeUtf8(metadata.get('avro.codec') ?? new Uint8Array()) ?? '';
  return {
    shape: understood(() => shapeOfSchema(schema.value)),
    codec: codec === '' ? 'null' : codec,
    sync: reader.slice(SYNC_BYTES),
  };
}

function understood(read: () => AvroShape): AvroShape {
  try {
    return read();
  } catch (error) {
    throw new Error(`Its schema can't be understood (${messageOf(error)})`, { cause: error });
  }
}

function readBlocks(
  reader: AvroReader,
  { shape, codec, sync }: Header,
  maxBytes: number,
): { readonly values: unknown[]; readonly blocks: number } {
  const values: unknown[] = [];
  let [blocks, room, read] = [0, maxBytes, 0];
  while (!reader.isAtEnd) {
    const count = reader.long();
    if (count < 0n) throw new Error(`Block ${String(blocks + 1)} has ${String(count)} values`);
    const data = unpackedBlock(reader.slice(Number(reader.long())), codec, room);
    room -= data.length;
    const block = new AvroReader(data, read);
    for (let index = 0n; index < count; index++) values.push(block.read(shape, 0));
    block.end();
    read = block.values;
    blocks += 1;
    const mark = reader.slice(SYNC_BYTES);
    if (!mark.every((byte, index) => byte === sync[index]))
      throw new Error(`Block ${String(blocks)} does not end with the file's mark: it is damaged`);
  }
  return { values, blocks };
}

function unpackedBlock(bytes: Uint8Array, codec: string, room: number): Uint8Array {
  switch (codec) {
    case 'null':
      if (bytes.length > room) throw tooLarge(room);
      return bytes;
    case 'deflate':
      return unpacked(Math.max(1, room), (maxOutputLength) =>
        inflateRawSync(bytes, { maxOutputLength }),
      );
    case 'zstandard':
      return unpackZstd(bytes, Math.max(1, room));
    default:
      throw new Error(
        `Its blocks are packed with “${codec}”, which is not known here; deflate and zstandard are`,
      );
  }
}
