import { hexDump } from '../../../app/payload/hex';
import { prettyJson } from '../../../app/payload/json-text';
import type { Viewed } from '../viewed';
import { bounded } from './bounded-difference';

/** Two payloads as texts that can be compared line by line. */
export interface DiffTexts {
  readonly kind: 'JSON' | 'text' | 'hex';
  readonly before: string;
  readonly after: string;
  /** `bytes`: nothing differs; `layout`: only white space of the JSON does. */
  readonly same: 'bytes' | 'layout' | null;
  /** How many bytes of each were compared; null when all were. */
  readonly firstBytes: number | null;
  /** Whether so much differs that its end is left out. */
  readonly isCut: boolean;
}

type Texts = Pick<DiffTexts, 'kind' | 'before' | 'after'>;

/** Short rows fit beside each other, and say nearer where they differ. */
const DIFF_ROW_BYTES = 8;
/** More of a payload is not laid out as text to be compared. */
const MOST_BYTES = 1024 * 1024;
const MOST_HEX_BYTES = 512 * 1024;

/** Compares as formatted JSON when both are JSON, as text when both are text, else byte by byte. */
export function diffTexts(before: Viewed, after: Viewed): DiffTexts {
  const isHex = [before, after].some(isBinary);
  const bytes = comparedBytes([before, after], isHex ? MOST_HEX_BYTES : MOST_BYTES);
  const texts = isHex ? hexOf(before, after, bytes) : textsOf(before, after, bytes);
  const firstBytes = bytes === Infinity ? null : bytes;
  if (equalBytes(before, after)) return { ...texts, same: 'bytes', firstBytes, isCut: false };
  const same = texts.before === texts.after ? 'layout' : null;
  return { kind: texts.kind, same, firstBytes, ...bounded(texts.before, texts.after) };
}

/** How much of each is compared: beginnings of the same length, since a longer one would differ by all that is more. */
function comparedBytes(both: readonly Viewed[], most: number): number {
  const isWhole = both.every(({ complete, message }) => complete && message.sizeBytes <= most);
  if (isWhole) return Infinity;
  const here = both
    .filter(({ complete }) => !complete)
    .map(({ message }) => message.payload.length);
  return Math.min(most, ...here);
}

function hexOf(before: Viewed, after: Viewed, bytes: number): Texts {
  const dump = ({ message }: Viewed): string =>
    hexDump(message.payload.subarray(0, bytes), DIFF_ROW_BYTES);
  return { kind: 'hex', before: dump(before), after: dump(after) };
}

function textsOf(before: Viewed, after: Viewed, bytes: number): Texts {
  const [one, other] = equalBeginnings(before, after, bytes);
  if (![before, after].every(isJson)) return { kind: 'text', before: one, after: other };
  return { kind: 'JSON', before: prettyJson(one), after: prettyJson(other) };
}

/** As many characters of each: beyond ASCII, as many bytes are not as many characters. */
function equalBeginnings(before: Viewed, after: Viewed, bytes: number): [string, string] {
  const textOf = ({ detected }: Viewed): string => detected.text ?? '';
  const ends = [before, after].flatMap((one) => {
    const { length } = textOf(one);
    return one.complete && length <= bytes ? [] : [Math.min(length, bytes)];
  });
  const end = Math.min(Infinity, ...ends);
  return [textOf(before).slice(0, end), textOf(after).slice(0, end)];
}

/** Of a document that is large or not whole, what begins like one. */
function isJson({ detected: { json, kind } }: Viewed): boolean {
  return json?.ok ?? kind === 'json';
}

function isBinary({ detected }: Viewed): boolean {
  return detected.kind === 'binary' || detected.text === null;
}

function equalBytes(before: Viewed, after: Viewed): boolean {
  const [one, other] = [before.message, after.message];
  if (one.sizeBytes !== other.sizeBytes || one.payload.length !== other.payload.length)
    return false;
  return before.complete && one.payload.every((byte, index) => byte === other.payload[index]);
}
