import { decodeUtf8, decodeUtf8Prefix } from '../../../../app/payload/utf8';
import type { DecodeResult, Decoder } from '../decoder';
import { isCutOff } from '../image-end';
import { imageHeader } from '../image-header';

/** A larger picture takes a gigabyte of memory when it is drawn, however small its file is. */
const MOST_PIXELS = 100_000_000;
/** What SVG draws may multiply itself by use in use; entities multiply text. */
const MOST_USES = 20;
const MOST_SVG_BYTES = 2 * 1024 * 1024;
const CUT_OFF =
  'The picture is cut off: the end that its format has is missing, so a part of it, or all of it, cannot be drawn. Hex shows every byte.';

/** Pictures: PNG, JPEG, GIF, WebP, BMP, and SVG, which is drawn as an image: no script of it runs and nothing is loaded. */
export const image: Decoder = {
  id: 'image',
  label: 'Image',
  hint: 'PNG, JPEG, GIF, WebP, BMP, SVG',
  unpacks: false,
  options: [],
  contentTypes: [
    'image/png',
    'image/jpeg',
    'image/gif',
    'image/webp',
    'image/bmp',
    'image/svg+xml',
  ],
  recognises: (bytes) => imageHeader(bytes) !== null || isSvg(bytes),
  decode: (bytes) => {
    const header = imageHeader(bytes);
    if (!header) return svgImage(bytes);
    const { width, height } = header.size ?? { width: 0, height: 0 };
    if (width * height > MOST_PIXELS) {
      throw new Error(
        `The picture has ${String(width)} × ${String(height)} pixels: drawing it would take too much memory`,
      );
    }
    const notes = isCutOff(header, bytes) ? [CUT_OFF] : [];
    return { value: { kind: 'image', mediaType: header.mediaType, bytes }, notes };
  },
};

const LOOKED_AT_BYTES = 4096;

function isSvg(bytes: Uint8Array): boolean {
  const start = decodeUtf8Prefix(bytes, LOOKED_AT_BYTES, true) ?? '';
  return /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*)*(?:<!DOCTYPE\s+svg[^>]*>\s*)?<svg[\s>]/i.test(
    start,
  );
}

function svgImage(bytes: Uint8Array): DecodeResult {
  if (!isSvg(bytes)) throw new Error('It is none of the kinds of pictures that are known');
  const source = decodeUtf8(bytes) ?? '';
  if (bytes.length > MOST_SVG_BYTES) throw new Error('The drawing is larger than 2 MB');
  if (/<!ENTITY/i.test(source)) throw new Error('The drawing defines entities, so it is not drawn');
  if ((source.match(/<(?:\w+:)?use[\s/>]/gi) ?? []).length > MOST_USES) {
    throw new Error(`The drawing repeats more than ${String(MOST_USES)} parts, so it is not drawn`);
  }
  return { value: { kind: 'image', mediaType: 'image/svg+xml', bytes } };
}
