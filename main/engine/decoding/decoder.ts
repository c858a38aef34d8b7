import type { DecodedValue, DecoderInfo, DecoderOptions } from '../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../app/decoding/rules';
import type { SparkplugState } from './sparkplug-state';

/** What a decoder may use besides the bytes. */
export interface DecodeContext {
  readonly topic: string;
  /** What may come out: no more than that is ever unpacked or written. */
  readonly maxBytes: number;
  readonly schema: (id: string) => DecodingSchema | undefined;
  readonly sparkplug: SparkplugState | null;
}

/** Bytes that are decoded further, or a value that ends the chain. */
export type DecodeResult =
  | { readonly bytes: Uint8Array; readonly notes?: readonly string[] }
  | { readonly value: DecodedValue; readonly notes?: readonly string[] };

/** One decoder: a file of its own in `decoders/` and a line in `decoder-list.ts`. */
export interface Decoder extends DecoderInfo {
  /** Media types in lower case that say a payload is this. */
  readonly contentTypes: readonly string[];
  /** Whether the topic says it. */
  readonly ownsTopic?: (topic: string) => boolean;
  /** Whether bytes can hardly be anything else. Absent: never chosen by content. */
  readonly recognises?: (bytes: Uint8Array) => boolean;
  /** @throws Error (or `TooLarge`) whose message says why the bytes are not this */
  readonly decode: (
    bytes: Uint8Array,
    options: DecoderOptions,
    context: DecodeContext,
  ) => DecodeResult;
}

/**
 * The most values that a decoder makes. The thread's limit of memory ends it in time only while nothing large is asked for
 * at once: what many values take must stay well below it.
 */
export const MOST_VALUES = 1_000_000;
/** What a decoder that makes values takes at the most. */
export const MOST_STRUCTURED_BYTES = 4 * 1024 * 1024;

export function tooManyValues(): Error {
  return new Error(`It has more than ${MOST_VALUES.toLocaleString('en')} values`);
}

/** @throws Error when a payload is larger than a decoder of many values takes */
export function checkStructuredSize(bytes: Uint8Array): void {
  if (bytes.length <= MOST_STRUCTURED_BYTES) return;
  throw new Error(`It is larger than ${String(MOST_STRUCTURED_BYTES / 1024 / 1024)} MB`);
}

/** More came out than was asked for. */
export class TooLarge extends Error {}

export function jsonValue(text: string, notes: readonly string[] = []): DecodeResult {
  return { value: { kind: 'json', text }, notes };
}
