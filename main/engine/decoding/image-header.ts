/** What an image says of itself in its first bytes. */
export interface ImageHeader {
  readonly mediaType: string;
  /** Pixels; null where the header does not tell. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** PNG, JPEG, GIF, WebP and BMP by their first bytes; null for anything else. */
export function imageHeader(bytes: Uint8Array): ImageHeader | null {
  if (bytes.length < 12) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) === 0x8950_4e47 && view.getUint32(4) === 0x0d0a_1a0a) {
    return { mediaType: 'image/png', size: sizeAt(view, 16, 4, false) };
  }
  if (ascii(bytes, 0, 6) === 'GIF87a' || ascii(bytes, 0, 6) === 'GIF89a') {
    return { mediaType: 'image/gif', size: sizeAt(view, 6, 2, true) };
  }
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') {
    return { mediaType: 'image/webp', size: webpSize(bytes, view) };
  }
  if (view.getUint16(0) === 0xffd8 && bytes[2] === 0xff) {
    return { mediaType: 'image/jpeg', size: jpegSize(view) };
  }
  const isBitmap = ascii(bytes, 0, 2) === 'BM' && view.getUint32(6, true) === 0;
  return isBitmap ? { mediaType: 'image/bmp', size: sizeAt(view, 18, 4, true) } : null;
}

function sizeAt(view: DataView, at: number, width: 2 | 4, le: boolean): ImageHeader['size'] {
  if (view.byteLength < at + 2 * width) return null;
  const read = (place: number): number =>
    width === 2 ? view.getUint16(place, le) : Math.abs(view.getInt32(place, le));
  return { width: read(at), height: read(at + width) };
}

/** RFC 9649: a simple file, a lossless one, or an extended one. */
function webpSize(bytes: Uint8Array, view: DataView): ImageHeader['size'] {
  if (bytes.length < 30) return null;
  const kind = ascii(bytes, 12, 4);
  const at = (place: number): number => view.getUint16(place, true);
  if (kind === 'VP8 ') return { width: at(26) & 0x3fff, height: at(28) & 0x3fff };
  if (kind === 'VP8X') {
    const three = (place: number): number => at(place) + (bytes[place + 2] ?? 0) * 65_536 + 1;
    return { width: three(24), height: three(27) };
  }
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** From the frame header among the segments (ITU T.81 §B.2.2). */
function jpegSize(view: DataView): ImageHeader['size'] {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
