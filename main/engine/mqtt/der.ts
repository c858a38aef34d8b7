/** One element of DER (X.690): its tag, and where its content stands. */
export interface DerElement {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

export const SEQUENCE = 0x30;
export const INTEGER = 0x02;
export const OBJECT_IDENTIFIER = 0x06;
/** Context-specific, constructed, number 0. */
export const CONTEXT_0 = 0xa0;
const LONG_FORM = 0x80;
const MAX_LENGTH_BYTES = 4;

/** The element at a place; null where none is complete before `end`. */
export function derElement(bytes: Uint8Array, at: number, end = bytes.length): DerElement | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return null;
  let length = first;
  let from = at + 2;
  if (first >= LONG_FORM) {
    const count = first - LONG_FORM;
    if (count === 0 || count > MAX_LENGTH_BYTES) return null;
    length = 0;
    for (const byte of bytes.subarray(from, from + count)) length = length * 256 + byte;
    from += count;
  }
  const to = from + length;
  return to > end ? null : { tag, from, to };
}

/** The elements within another one, up to a number that no honest file reaches. */
export function derChildren(bytes: Uint8Array, { from, to }: DerElement): readonly DerElement[] {
  const children: DerElement[] = [];
  for (let at = from; at < to && children.length < 10_000;) {
    const child = derElement(bytes, at, to);
    if (child === null) break;
    children.push(child);
    at = child.to;
  }
  return children;
}
