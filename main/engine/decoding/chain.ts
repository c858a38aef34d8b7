import { messageOf } from '../../../app/errors';
import type { Decoded, DecodedValue, DecoderStep } from '../../../app/decoding/decoded';
import { decodeUtf8, looksBinary } from '../../../app/payload/utf8';
import { choose, stepOf, type ChoiceFacts } from './choose';
import { decoders, decoderWith } from './decoder-list';
import { TooLarge, type DecodeContext, type DecodeResult } from './decoder';

/** Packed in packed in packed: deeper is an attack. */
const MOST_CHAIN = 12;

/**
 * Decodes bytes by the chain that was chosen, and goes on by content while bytes come out. Never throws: where a step
 * fails, the value is the bytes that it was given, and the problem says why.
 */
export function runChain(bytes: Uint8Array, facts: ChoiceFacts, context: DecodeContext): Decoded {
  const { steps: chosen, chosenBy, because } = choose(facts);
  const steps: (DecoderStep & { readonly label: string })[] = [];
  const notes: string[] = [];
  let current = bytes;
  let problem: Decoded['problem'] = null;
  for (let index = 0; index < MOST_CHAIN; index++) {
    const step = chosen[index] ?? recognised(current, index > 0);
    if (!step) break;
    const label = decoderWith(step.decoder)?.label ?? step.decoder;
    const result = tryStep(current, step, context);
    if ('failed' in result) {
      problem = { label, message: result.failed, isTooLarge: result.isTooLarge };
      break;
    }
    steps.push({ ...step, label });
    notes.push(...(result.notes ?? []));
    if ('value' in result) {
      return { steps, chosenBy, because, value: result.value, notes, problem: null };
    }
    current = result.bytes;
  }
  return { steps, chosenBy, because, value: plainValue(current, bytes), notes, problem };
}

type Failed = { readonly failed: string; readonly isTooLarge: boolean };

function tryStep(
  bytes: Uint8Array,
  step: DecoderStep,
  context: DecodeContext,
): DecodeResult | Failed {
  const decoder = decoderWith(step.decoder);
  if (!decoder) return { failed: `The decoder “${step.decoder}” is not known`, isTooLarge: false };
  try {
    return decoder.decode(bytes, step.options, context);
  } catch (error) {
    return { failed: reasonOf(error), isTooLarge: error instanceof TooLarge };
  }
}

function reasonOf(error: unknown): string {
  const isTooDeep = error instanceof RangeError && /call stack/i.test(error.message);
  return isTooDeep ? 'It is nested too deeply' : messageOf(error);
}

/** The decoder that recognises the content; nothing where it is plain text that no decoder claims. */
function recognised(bytes: Uint8Array, isInner: boolean): DecoderStep | null {
  if (bytes.length === 0) return null;
  for (const decoder of decoders) {
    if (decoder.recognises?.(bytes) === true) return stepOf(decoder.id);
  }
  // What was unpacked and reads as text is text; the payload itself the window reads as such.
  const text = isInner ? decodeUtf8(bytes) : null;
  return text !== null && !looksBinary(text) ? stepOf('text') : null;
}

/** Bytes that no step turned into a value. What is the payload itself is not sent back. */
function plainValue(bytes: Uint8Array, payload: Uint8Array): DecodedValue {
  return { kind: 'bytes', bytes: bytes === payload ? new Uint8Array() : bytes };
}
