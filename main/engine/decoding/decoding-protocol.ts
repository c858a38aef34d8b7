import type { Decoded, DecoderInfo } from '../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../app/decoding/rules';
import type { EncoderInfo } from '../../../app/contract-desk';
import type { ChoiceFacts } from './choose';
import type { EncodeOrder, EncodeOutcome } from './encode';
import type { SparkplugState } from './sparkplug-state';

/** What the decoding thread is asked. */
export type DecodingTask =
  | {
      readonly kind: 'decode';
      readonly bytes: Uint8Array;
      readonly facts: ChoiceFacts;
      readonly sparkplug: SparkplugState | null;
      readonly maxBytes: number;
    }
  /** Makes the payload of a message to a topic. */
  | {
      readonly kind: 'encode';
      readonly order: EncodeOrder;
      readonly topic: string;
      readonly sparkplug: SparkplugState | null;
      readonly maxBytes: number;
    }
  /** Which decoders there are. */
  | { readonly kind: 'list' }
  | { readonly kind: 'encoders' }
  /** Understands a schema before it is kept. */
  | { readonly kind: 'types'; readonly schema: DecodingSchema };

export interface DecodingResults {
  readonly decode: Decoded;
  readonly encode: EncodeOutcome;
  readonly list: readonly DecoderInfo[];
  readonly encoders: readonly EncoderInfo[];
  readonly types: readonly string[];
}

export type ToDecodingThread =
  | { readonly t: 'schemas'; readonly schemas: readonly DecodingSchema[] }
  | { readonly t: 'task'; readonly id: number; readonly task: DecodingTask };

export type FromDecodingThread =
  | { readonly t: 'ready' }
  | {
      readonly t: 'done';
      readonly id: number;
      readonly result: DecodingResults[DecodingTask['kind']];
    }
  | { readonly t: 'failed'; readonly id: number; readonly message: string };
