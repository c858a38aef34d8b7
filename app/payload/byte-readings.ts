/** What some bytes may mean: the readings of a selection in the hex view. */

export interface ByteReading {
  /** `int16`, `float32`, `text`. */
  readonly name: string;
  /** As big endian; of text and single bytes the only one. */
  readonly big: string;
  /** As little endian; null where the order does not matter. */
  readonly little: string | null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MOST_TEXT_BYTES = 200;

/** The readings of 1, 2, 4 or 8 bytes as numbers, and of any number of bytes as text where they are UTF-8. */
export function byteReadings(bytes: Uint8Array): ByteReading[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [...numberReadings(view), ...textReading(bytes)];
}

function numberReadings(view: DataView): ByteReading[] {
  switch (view.byteLength) {
    case 1:
      return [
        { name: 'uint8', big: String(view.getUint8(0)), little: null },
        { name: 'int8', big: String(view.getInt8(0)), little: null },
        { name: 'bits', big: view.getUint8(0).toString(2).padStart(8, '0'), little: null },
      ];
    case 2:
      return [
        both('uint16', (le) => view.getUint16(0, le)),
        both('int16', (le) => view.getInt16(0, le)),
      ];
    case 4:
      return [
        both('uint32', (le) => view.getUint32(0, le)),
        both('int32', (le) => view.getInt32(0, le)),
        both('float32', (le) => view.getFloat32(0, le)),
      ];
    case 8:
      return [
        both('uint64', (le) => view.getBigUint64(0, le)),
        both('int64', (le) => view.getBigInt64(0, le)),
        both('float64', (le) => view.getFloat64(0, le)),
      ];
    default:
      return [];
  }
}

function both(name: string, read: (littleEndian: boolean) => number | bigint): ByteReading {
  return { name, big: String(read(false)), little: String(read(true)) };
}

function textReading(bytes: Uint8Array): ByteReading[] {
  if (bytes.length === 0 || bytes.length > MOST_TEXT_BYTES) return [];
  try {
    return [{ name: 'text', big: JSON.stringify(utf8.decode(bytes)), little: null }];
  } catch {
    // Not UTF-8: there is no such reading.
    return [];
  }
}
