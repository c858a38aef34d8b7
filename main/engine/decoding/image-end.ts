import type { ImageHeader } from './image-header';

const PNG_SIGNATURE_BYTES = 8;
/** Length, name and check sum of a chunk. */
const PNG_FRAME_BYTES = 12;
const PNG_END = 0x4945_4e44;
const GIF_TRAILER = 0x3b;
/** Some senders fill up what they send, so an end is looked for in so much. */
const LOOKED_AT_BYTES = 1024;
const JPEG_SCAN = Buffer.from([0xff, 0xda]);
const JPEG_END = Buffer.from([0xff, 0xd9]);

/** Whether a picture stops before the end that its format has: a part of it, or all of it, can't be drawn. */
export function isCutOff({ mediaType }: ImageHeader, bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (mediaType) {
    case 'image/png':
      return isPngCutOff(buffer);
    case 'image/jpeg':
      return isJpegCutOff(buffer);
    case 'image/gif':
      return !buffer.includes(GIF_TRAILER, -LOOKED_AT_BYTES);
    case 'image/webp':
      return buffer.readUInt32LE(4) + 8 > buffer.length;
    default:
      return buffer.readUInt32LE(2) > buffer.length;
  }
}

function isPngCutOff(buffer: Buffer): boolean {
  let at = PNG_SIGNATURE_BYTES;
  while (at + PNG_FRAME_BYTES <= buffer.length) {
    if (buffer.readUInt32BE(at + 4) === PNG_END) return false;
    at += PNG_FRAME_BYTES + buffer.readUInt32BE(at);
  }
  return true;
}

/** A preview in the header has an end of its own, so what counts is an end behind what is scanned. */
function isJpegCutOff(buffer: Buffer): boolean {
  const scan = buffer.lastIndexOf(JPEG_SCAN);
  return scan < 0 || buffer.lastIndexOf(JPEG_END) < scan;
}
