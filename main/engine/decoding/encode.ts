import { messageOf } from '../../../app/errors';
import type { DecoderOptions } from '../../../app/decoding/decoded';
import { valueSpan } from '../../../app/replay/json-edit';
import { formatBytes } from '../../../app/payload/format';
import { encoderWith } from './encoder-list';
import { WrongText, WrongValue, type EncodeContext } from './encoder';

export interface EncodeOrder {
  readonly text: string;
  readonly format: string;
  readonly options: DecoderOptions;
  /** Ids of packings, in the order in which the bytes go through them. */
  readonly packing: readonly string[];
}

export type EncodeOutcome =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly notes: readonly string[] }
  | {
      readonly kind: 'problem';
      readonly message: string;
      /** Where in the text; null for all of it. */
      readonly start: number | null;
      readonly end: number | null;
    };

/** Makes a payload of a text. Never throws: where it cannot be made, the problem says where and why. */
export function runEncode(order: EncodeOrder, context: EncodeContext): EncodeOutcome {
  try {
    return encoded(order, context);
  } catch (error) {
    const isTooDeep = error instanceof RangeError && /call stack/i.test(error.message);
    const message = isTooDeep ? 'It is nested too deeply' : messageOf(error);
    return { kind: 'problem', message, ...placeOf(error, order.text) };
  }
}

function encoded(order: EncodeOrder, context: EncodeContext): EncodeOutcome {
  const encoder = encoderWith(order.format);
  if (!encoder || encoder.packs) throw new Error(`The format “${order.format}” is not known`);
  const { bytes: made, notes = [] } = encoder.encode(order.text, order.options, context);
  let bytes = made;
  for (const id of order.packing) {
    const packing = encoderWith(id);
    if (!packing?.packs) throw new Error(`The packing “${id}” is not known`);
    bytes = packing.pack(bytes);
  }
  if (bytes.length > context.maxBytes) {
    throw new Error(
      `It becomes ${formatBytes(bytes.length)}; a payload may have ${formatBytes(context.maxBytes)}`,
    );
  }
  return { kind: 'bytes', bytes, notes };
}

function placeOf(error: unknown, text: string): { start: number | null; end: number | null } {
  if (error instanceof WrongText) return { start: error.start, end: error.end };
  if (!(error instanceof WrongValue)) return { start: null, end: null };
  const span = valueSpan(text, error.path);
  return span === null ? { start: null, end: null } : { start: span.from, end: span.to };
}
