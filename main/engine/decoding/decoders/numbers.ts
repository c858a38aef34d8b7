import type { DecoderOptions } from '../../../../app/decoding/decoded';
import { jsonValue, MOST_VALUES, tooManyValues, type Decoder } from '../decoder';
import { shortFloat32, writeJson } from '../json-writer';

interface NumberType {
  readonly id: string;
  readonly label: string;
  readonly bytes: number;
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number | bigint;
}

const TYPES: readonly NumberType[] = [
  { id: 'float32', label: 'Float, 32 bits', bytes: 4, read: readFloat32 },
  {
    id: 'float64',
    label: 'Float, 64 bits',
    bytes: 8,
    read: (view, at, le) => view.getFloat64(at, le),
  },
  { id: 'int8', label: 'Signed, 8 bits', bytes: 1, read: (view, at) => view.getInt8(at) },
  { id: 'uint8', label: 'Unsigned, 8 bits', bytes: 1, read: (view, at) => view.getUint8(at) },
  {
    id: 'int16',
    label: 'Signed, 16 bits',
    bytes: 2,
    read: (view, at, le) => view.getInt16(at, le),
  },
  {
    id: 'uint16',
    label: 'Unsigned, 16 bits',
    bytes: 2,
    read: (view, at, le) => view.getUint16(at, le),
  },
  {
    id: 'int32',
    label: 'Signed, 32 bits',
    bytes: 4,
    read: (view, at, le) => view.getInt32(at, le),
  },
  {
    id: 'uint32',
    label: 'Unsigned, 32 bits',
    bytes: 4,
    read: (view, at, le) => view.getUint32(at, le),
  },
  {
    id: 'int64',
    label: 'Signed, 64 bits',
    bytes: 8,
    read: (view, at, le) => view.getBigInt64(at, le),
  },
  {
    id: 'uint64',
    label: 'Unsigned, 64 bits',
    bytes: 8,
    read: (view, at, le) => view.getBigUint64(at, le),
  },
];

function readFloat32(view: DataView, at: number, littleEndian: boolean): number {
  return shortFloat32(view.getFloat32(at, littleEndian));
}

/** One number or many of the same type, one behind the other. */
export const numbers: Decoder = {
  id: 'numbers',
  label: 'Numbers',
  hint: 'binary, one or many',
  unpacks: false,
  options: [
    { name: 'type', label: 'Type', choices: TYPES.map(({ id, label }) => ({ value: id, label })) },
    {
      name: 'order',
      label: 'Byte order',
      choices: [
        { value: 'big', label: 'Big endian' },
        { value: 'little', label: 'Little endian' },
      ],
    },
  ],
  contentTypes: [],
  decode: (bytes, options, { maxBytes }) => {
    const all = numbersOf(bytes, options);
    return jsonValue(writeJson(all.length === 1 ? all[0] : all, maxBytes));
  },
};

function numbersOf(bytes: Uint8Array, options: DecoderOptions): readonly (number | bigint)[] {
  const type = TYPES.find(({ id }) => id === (options.type ?? 'float32'));
  if (!type) throw new Error(`Numbers of the type “${options.type ?? ''}” are not known`);
  if (bytes.length === 0 || bytes.length % type.bytes !== 0) {
    throw new Error(
      `${String(bytes.length)} bytes do not divide into numbers of ${String(type.bytes)} bytes`,
    );
  }
  if (bytes.length / type.bytes > MOST_VALUES) throw tooManyValues();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / type.bytes }, (_, index) =>
    type.read(view, index * type.bytes, options.order === 'little'),
  );
}
