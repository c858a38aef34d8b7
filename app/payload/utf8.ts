/** `ignoreBOM` keeps a byte order mark as a character: what came is what is shown. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Larger bytes are looked at here first: Chromium's decoder makes room for all of them before it sees the first. */
const BEGINNING_BYTES = 64 * 1024;

/** The text of bytes that are valid UTF-8 throughout, or null. MQTT leaves the payload's encoding open (§3.3.3). */
export function decodeUtf8(bytes: Uint8Array): string | null {
  if (bytes.length > BEGINNING_BYTES && decodeUtf8Prefix(bytes, BEGINNING_BYTES, false) === null)
    return null;
  try {
    return strict.decode(bytes);
  } catch {
    // The only error a fatal decoder throws here says that the bytes are not UTF-8, and that is the answer.
    return null;
  }
}

/**
 * The text of the first bytes, at most `limit`. A character that the cut (or the end of a partial payload) splits is
 * left out; null when the rest is not UTF-8.
 */
export function decodeUtf8Prefix(
  bytes: Uint8Array,
  limit: number,
  complete: boolean,
): string | null {
  if (bytes.length <= limit && complete) return decodeUtf8(bytes);
  const end = Math.min(bytes.length, limit);
  return decodeUtf8(bytes.subarray(0, characterEnd(bytes, end)));
}

/** Where the last whole character at or before `end` stops; a UTF-8 character has at most four bytes. */
function characterEnd(bytes: Uint8Array, end: number): number {
  for (let start = end - 1; start >= 0 && start >= end - 4; start--) {
    const byte = bytes[start] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return start + characterBytes(byte) > end ? start : end;
  }
  return end;
}

function characterBytes(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/** How far a text is looked through for what is none: a large one must not hold up a window. */
const LOOKED_AT_CHARS = 1_000_000;

/** Text that a person would not call text: a NUL, or more than a tenth of it control characters. */
export function looksBinary(text: string): boolean {
  let controls = 0;
  const end = Math.min(text.length, LOOKED_AT_CHARS);
  for (let index = 0; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === 0) return true;
    if (code < 0x20 ? !isCommonControl(code) : code === 0x7f) controls++;
  }
  return controls * 10 > end;
}

/** Tab, line feed, vertical tab, form feed, carriage return and escape (terminal colours) appear in text. */
function isCommonControl(code: number): boolean {
  return (code >= 0x09 && code <= 0x0d) || code === 0x1b;
}
