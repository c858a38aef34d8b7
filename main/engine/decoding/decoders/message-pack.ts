import { Decoder as MessagePackDecoder, ExtData, ExtensionCodec } from '@msgpack/msgpack';
import { messageOf } from '../../../../app/errors';
import {
  checkStructuredSize,
  jsonValue,
  MOST_VALUES,
  tooManyValues,
  type Decoder,
} from '../decoder';
import { Members, writeJson } from '../json-writer';

/** Map names carry their place in front: nothing is lost where they repeat, and their order stays. */
const PLACE_END = ':';

/** MessagePack, with its timestamps and unknown extensions. */
export const messagePack: Decoder = {
  id: 'msgpack',
  label: 'MessagePack',
  hint: 'binary JSON',
  unpacks: false,
  options: [],
  contentTypes: ['application/msgpack', 'application/x-msgpack', 'application/vnd.msgpack'],
  recognises: (bytes) => {
    if (!isContainer(bytes)) return false;
    try {
      const value = read(bytes);
      return typeof value === 'object' && value !== null && hasMembers(value);
    } catch {
      // Not MessagePack, or not only: that is the answer.
      return false;
    }
  },
  decode: (bytes, _options, { maxBytes }) =>
    jsonValue(writeJson(ordered(readSaying(bytes)), maxBytes)),
};

function hasMembers(value: object): boolean {
  return Object.keys(value).length > 0;
}

/** A map or an array with something in it: single numbers and short texts could be anything. */
function isContainer(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  const isFixed = first > 0x80 && first <= 0x9f && first !== 0x90;
  return bytes.length >= 3 && (isFixed || (first >= 0xdc && first <= 0xdf));
}

function readSaying(bytes: Uint8Array): unknown {
  try {
    return read(bytes);
  } catch (error) {
    const reason = messageOf(error);
    if (error instanceof RangeError && /offset|bounds/i.test(reason)) {
      throw new Error('The data ends too early', { cause: error });
    }
    throw new Error(reason, { cause: error });
  }
}

function read(bytes: Uint8Array): unknown {
  checkStructuredSize(bytes);
  let place = 0;
  const decoder = new MessagePackDecoder({
    useBigInt64: true,
    extensionCodec: extensions,
    maxArrayLength: Math.min(bytes.length, MOST_VALUES),
    maxMapLength: Math.min(bytes.length, MOST_VALUES),
    mapKeyConverter: (key) => `${String(place++)}${PLACE_END}${keyText(key)}`,
  });
  return decoder.decode(bytes);
}

function keyText(key: unknown): string {
  return typeof key === 'string' ? key : writeJson(key, 10_000);
}

/** Timestamps to the nanosecond (extension −1), which the library would cut to milliseconds. */
const extensions = new ExtensionCodec();
extensions.register({
  type: -1,
  encode: () => null,
  decode: (data) => timestamp(data) ?? new ExtData(-1, data),
});

function timestamp(data: Uint8Array): string | null {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (data.length === 4) return momentText(BigInt(view.getUint32(0)), 0);
  if (data.length === 8) {
    const both = view.getBigUint64(0);
    return momentText(both & 0x3_ffff_ffffn, Number(both >> 34n));
  }
  return data.length === 12 ? momentText(view.getBigInt64(4), view.getUint32(0)) : null;
}

function momentText(seconds: bigint, nanoseconds: number): string | null {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0')}`;
  return `${date.toISOString().slice(0, -5)}${fraction}Z`;
}

/** The values with the library's objects as members in order; without recursion. */
function ordered(root: unknown): unknown {
  const holder: unknown[] = [];
  const waiting: [value: unknown, put: (converted: unknown) => void][] = [
    [root, (converted) => holder.push(converted)],
  ];
  let count = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    count += 1;
    if (count > MOST_VALUES) throw tooManyValues();
    const [value, put] = next;
    if (Array.isArray(value)) {
      const items: unknown[] = new Array(value.length);
      for (const [index, item] of value.entries()) {
        waiting.push([item, (converted) => (items[index] = converted)]);
      }
      put(items);
    } else if (value instanceof ExtData) {
      const members = new Members();
      members.add(`$extension ${String(value.type)}`, value.data);
      put(members);
    } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
      const members = new Members();
      for (const [name, member] of Object.entries(value)) {
        const index = members.names.length;
        members.add(name.slice(name.indexOf(PLACE_END) + 1), null);
        waiting.push([member, (converted) => (members.values[index] = converted)]);
      }
      put(members);
    } else put(value);
  }
  return holder[0];
}
