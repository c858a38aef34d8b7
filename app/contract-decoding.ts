/** The contract's part of decoding: payloads as values, by rules that the engine keeps. */
import type { Decoded, DecoderInfo, DecoderStep } from './decoding/decoded';
import type { Preview } from './payload/preview';
import type { DecodingRule, DecodingSchema, SchemaSummary } from './decoding/rules';

export interface DecodingCalls {
  /**
   * Decodes a message: by `trial` or `steps` where given, else by the rules, its topic, its content type, its content.
   * `not-found` when it is no longer stored.
   */
  decode(arg: {
    readonly profileId: string;
    readonly topic: string;
    /** Null: the topic's last one. */
    readonly messageId: number | null;
    /** What a person chose for the topic. */
    readonly steps: readonly DecoderStep[] | null;
    /** A rule that is being written: it counts before all others. */
    readonly trial: DecodingRule | null;
    /** What may come out. */
    readonly maxBytes: number;
  }): Decoded;
  /**
   * What stored messages are decoded as, each on one line for its row, in the order of `rows`: by `steps` where given, else as
   * `decode` does. Null for what is no more than its bytes, too large for a glance, or no longer stored.
   */
  glances(arg: {
    readonly profileId: string;
    /** At most `MOST_GLANCES`. */
    readonly rows: readonly GlanceRow[];
  }): ReadonlyArray<Preview | null>;
  /** Every decoder, in the order of the menu. */
  decoders(): readonly DecoderInfo[];
  /** Replaces the rules, in their order. */
  saveDecodingRules(arg: { readonly rules: readonly DecodingRule[] }): void;
  /** Keeps a schema, after it was understood: `invalid-argument` says what is wrong with it. */
  saveDecodingSchema(arg: { readonly schema: DecodingSchema }): SchemaSummary;
  deleteDecodingSchema(arg: { readonly schemaId: string }): void;
  /** Rules and schemas as one file. */
  exportDecoding(): Uint8Array;
  /** Adds what such a file holds behind what is there. `invalid-argument` when it is none. */
  importDecoding(arg: { readonly bytes: Uint8Array }): {
    readonly rules: number;
    readonly schemas: number;
  };
}

/** A message in a list. */
export interface GlanceRow {
  readonly topic: string;
  readonly messageId: number;
  /** What a person chose for the topic. */
  readonly steps: readonly DecoderStep[] | null;
}

/** Rows of one call: about a screen of them. */
export const MOST_GLANCES = 64;

export interface DecodingFrame {
  readonly rules: readonly DecodingRule[];
  readonly schemas: readonly SchemaSummary[];
}

export interface DecodingViews {
  decoding: { readonly params: Record<never, never>; readonly frame: DecodingFrame };
}
