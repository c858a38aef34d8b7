import type { EncoderInfo } from '../../../app/contract-desk';
import type { DecoderOptions } from '../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../app/decoding/rules';
import type { JsonPath } from '../../../app/payload/numbers';
import type { SparkplugState } from './sparkplug-state';

/** What an encoder may use besides the text. */
export interface EncodeContext {
  readonly topic: string;
  /** What may come out. */
  readonly maxBytes: number;
  readonly schema: (id: string) => DecodingSchema | undefined;
  readonly sparkplug: SparkplugState | null;
}

export interface Encoded {
  readonly bytes: Uint8Array;
  /** What a person should know of them. */
  readonly notes?: readonly string[];
}

/** Makes bytes of a text: a file of its own in `encoders/` and a line in `encoder-list.ts`, its `id` that of the decoder. */
export interface TextEncoding extends EncoderInfo {
  readonly packs: false;
  /** @throws WrongText that says where the text is wrong, or Error that says why */
  readonly encode: (text: string, options: DecoderOptions, context: EncodeContext) => Encoded;
}

/** Packs bytes that were encoded. */
export interface Packing extends EncoderInfo {
  readonly packs: true;
  readonly pack: (bytes: Uint8Array) => Uint8Array;
}

export type Encoder = TextEncoding | Packing;

/** A text is wrong at a place. */
export class WrongText extends Error {
  constructor(
    message: string,
    readonly start: number,
    readonly end = start + 1,
  ) {
    super(message);
  }
}

/** A JSON value is wrong; where it stands is found by its path. */
export class WrongValue extends Error {
  constructor(
    message: string,
    readonly path: JsonPath,
  ) {
    super(message);
  }
}
