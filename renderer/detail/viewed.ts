import type { Message } from '../../app/contract';
import type { Decoded } from '../../app/decoding/decoded';
import { detectPayload, detectText, type Detected } from '../../app/payload/detect';

/** A message with what its payload is. */
export interface Viewed {
  readonly message: Message;
  readonly complete: boolean;
  /** What is shown: of the decoded value where there is one. */
  readonly detected: Detected;
  /** How the payload was decoded; null while that is not known, or only its beginning is here. */
  readonly decoded: Decoded | null;
  /** Whether `detected` tells of something else than the payload's own bytes. */
  readonly isDecoded: boolean;
}

/** Finds out what a message's payload is, as it came. */
export function viewed(message: Message): Viewed {
  const complete = message.payload.length >= message.sizeBytes;
  const detected = detectPayload(message.payload, complete);
  return { message, complete, detected, decoded: null, isDecoded: false };
}

const NAMES: Readonly<Record<Detected['kind'], string>> = {
  json: 'JSON',
  number: 'Text',
  boolean: 'Text',
  text: 'Text',
  binary: 'Bytes',
  empty: 'Nothing',
};

/** What was read here, without the engine, said as what it does say. */
export function plainlyDecoded(plain: Viewed): Viewed {
  const label = NAMES[plain.detected.kind];
  const decoded: Decoded = {
    steps: [{ decoder: plain.detected.kind === 'json' ? 'json' : 'text', options: {}, label }],
    chosenBy: 'content',
    because: '',
    value: { kind: 'text', text: '' },
    notes: [],
    problem: null,
  };
  return { ...plain, decoded };
}

/** A payload with what the engine made of it. */
export function decodedView(plain: Viewed, decoded: Decoded): Viewed {
  if (isNothingMore(plain, decoded)) return plainlyDecoded(plain);
  const detected = detectedOf(plain, decoded);
  return { ...plain, decoded, detected, isDecoded: detected !== plain.detected };
}

/** Whether no decoder knew more of a text than that it is one. */
function isNothingMore({ detected }: Viewed, { value, steps, problem }: Decoded): boolean {
  const isAsItCame = value.kind === 'bytes' && value.bytes.length === 0;
  return isAsItCame && steps.length === 0 && problem === null && detected.kind !== 'binary';
}

function detectedOf(plain: Viewed, { value, steps, problem }: Decoded): Detected {
  switch (value.kind) {
    case 'json':
      return isOwnText(plain, value.text) ? plain.detected : detectText(value.text);
    case 'text':
      return { kind: 'text', viewer: 'text', text: value.text, json: null };
    case 'image':
      return { kind: 'binary', viewer: 'image', text: null, json: null };
    case 'fields':
      return { kind: 'binary', viewer: 'fields', text: null, json: null };
    case 'bytes':
      if (value.bytes.length === 0 && steps.length === 0) return plain.detected;
      // What failed on the way is shown as what it is; what was asked for as bytes is bytes.
      if (problem !== null) return detectPayload(value.bytes, true);
      return { kind: 'binary', viewer: 'hex', text: null, json: null };
  }
}

/** JSON that is the payload itself: its chart and its search work on the bytes as they are. */
function isOwnText(plain: Viewed, text: string): boolean {
  return plain.detected.kind === 'json' && plain.detected.text === text;
}
