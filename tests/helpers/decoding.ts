/** Decoding without an engine: the chain in this very thread. */
import type { Decoded, DecoderOptions } from '../../app/decoding/decoded';
import type { DecodingSchema } from '../../app/decoding/rules';
import { runChain } from '../../main/engine/decoding/chain';
import type { SparkplugState } from '../../main/engine/decoding/sparkplug-state';

export interface DecodeWishes {
  readonly topic?: string;
  readonly contentType?: string;
  readonly maxBytes?: number;
  readonly schemas?: readonly DecodingSchema[];
  readonly sparkplug?: SparkplugState;
}

/** Decodes by topic, content type and content. */
export function decode(bytes: Uint8Array, wishes: DecodeWishes = {}): Decoded {
  return run(bytes, null, wishes);
}

/** Decodes with one decoder, as a person chose it. */
export function decodeAs(
  bytes: Uint8Array,
  decoder: string,
  options: DecoderOptions = {},
  wishes: DecodeWishes = {},
): Decoded {
  return run(bytes, [{ decoder, options }], wishes);
}

function run(
  bytes: Uint8Array,
  steps: readonly { decoder: string; options: DecoderOptions }[] | null,
  { topic = 'a/b', contentType, maxBytes = 8_000_000, schemas = [], sparkplug }: DecodeWishes,
): Decoded {
  return runChain(
    bytes,
    { topic, contentType, steps, rule: null },
    {
      topic,
      maxBytes,
      schema: (id) => schemas.find((schema) => schema.id === id),
      sparkplug: sparkplug ?? null,
    },
  );
}

/** The value as parsed JSON; throws when it is of another kind. */
export function jsonOf({ value, problem }: Decoded): unknown {
  if (value.kind !== 'json') throw new Error(`${value.kind}: ${problem?.message ?? ''}`);
  return JSON.parse(value.text);
}

export function textOf({ value, problem }: Decoded): string {
  if (value.kind === 'json' || value.kind === 'text') return value.text;
  throw new Error(`${value.kind}: ${problem?.message ?? ''}`);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
}
