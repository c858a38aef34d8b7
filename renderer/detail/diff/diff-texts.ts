import { hexDump } from '../../../app/payload/hex';
import { prettyJson } from '../../../app/payload/json-text';
import type { Viewed } from '../topic-state.svelte';

/** Short rows fit beside each other, and say nearer where they differ. */
const DIFF_ROW_BYTES = 8;

/** Two payloads as texts that can be compared line by line. */
export interface DiffTexts {
  readonly kind: 'JSON' | 'text' | 'hex';
  readonly before: string;
  readonly after: string;
  /** `bytes`: nothing differs; `layout`: only white space of the JSON does. */
  readonly same: 'bytes' | 'layout' | null;
}

/** Compares as formatted JSON when both are JSON, as text when both are text, else byte by byte. */
export function diffTexts(before: Viewed, after: Viewed): DiffTexts {
  const texts = textsOf(before, after);
  const equal = equalBytes(before, after);
  return { ...texts, same: equal ? 'bytes' : texts.before === texts.after ? 'layout' : null };
}

function textsOf(before: Viewed, after: Viewed): Omit<DiffTexts, 'same'> {
  const [one, other] = [before.detected, after.detected];
  if (one.text === null || other.text === null || isBinary(before) || isBinary(after)) {
    return {
      kind: 'hex',
      before: hexDump(before.message.payload, DIFF_ROW_BYTES),
      after: hexDump(after.message.payload, DIFF_ROW_BYTES),
    };
  }
  if (one.json?.ok && other.json?.ok) {
    return { kind: 'JSON', before: prettyJson(one.text), after: prettyJson(other.text) };
  }
  return { kind: 'text', before: one.text, after: other.text };
}

function isBinary(shown: Viewed): boolean {
  return shown.detected.kind === 'binary';
}

function equalBytes(before: Viewed, after: Viewed): boolean {
  const [one, other] = [before.message, after.message];
  if (one.sizeBytes !== other.sizeBytes || one.payload.length !== other.payload.length)
    return false;
  return before.complete && one.payload.every((byte, index) => byte === other.payload[index]);
}
