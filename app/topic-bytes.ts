/**
 * Topics as text, whatever bytes they had. A topic name must be UTF-8 [MQTT-1.5.4-1], but there are brokers that forward
 * any bytes. A byte that is not part of valid UTF-8 becomes one character of the private use area at the end of Unicode,
 * U+10FF80 for 0x80 to U+10FFFF for 0xFF; those characters themselves, when they come as valid UTF-8, become four such
 * characters. So two topics with different bytes never have the same text, and `topicBytes` gives the bytes back.
 */
const FIRST_BYTE_CHARACTER = 0x10_ff80;
const FIRST_HIGH_BYTE = 0x80;
/** The high surrogate of those characters, and of a few more. */
const BYTE_CHARACTERS_LEAD = '\udbff';
const REPLACEMENT = '\ufffd';
const BYTE_CHARACTER = /[\u{10ff80}-\u{10ffff}]/u;
const encoder = new TextEncoder();

/** Whether a decoder's text may not say which bytes there were: it replaced some, or has one of our characters. */
export function isInexactText(text: string): boolean {
  return text.includes(REPLACEMENT) || text.includes(BYTE_CHARACTERS_LEAD);
}

/** The text of a topic with any bytes. */
export function topicText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const size = validCharacterBytes(bytes, at);
    const code = size === 0 ? -1 : codePointAt(bytes, at, size);
    if (size > 0 && code < FIRST_BYTE_CHARACTER) text += String.fromCodePoint(code);
    else for (const byte of bytes.subarray(at, at + (size || 1))) text += byteCharacter(byte);
    at += size || 1;
  }
  return text;
}

/** The bytes of a topic's text, as they came. */
export function topicBytes(text: string): Uint8Array {
  if (!hasForeignBytes(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < FIRST_BYTE_CHARACTER) bytes.push(...encoder.encode(character));
    else bytes.push(code - FIRST_BYTE_CHARACTER + FIRST_HIGH_BYTE);
  }
  return Uint8Array.from(bytes);
}

/** Whether a topic has bytes that are not valid UTF-8. */
export function hasForeignBytes(text: string): boolean {
  return text.includes(BYTE_CHARACTERS_LEAD) && BYTE_CHARACTER.test(text);
}

/** The byte that a character of a topic's text stands for, or null for any other character. */
export function foreignByte(character: string): number | null {
  const code = character.codePointAt(0) ?? 0;
  return code < FIRST_BYTE_CHARACTER ? null : code - FIRST_BYTE_CHARACTER + FIRST_HIGH_BYTE;
}

/** What MQTT forbids in a topic name, and this one has all the same; each a sentence. Empty for a sound one. */
export function topicFlaws(topic: string): readonly string[] {
  const flaws: string[] = [];
  if (hasForeignBytes(topic)) {
    flaws.push(
      'It has bytes that are not valid UTF-8, shown as \\x and two hexadecimal digits [MQTT-1.5.4-1].',
    );
  }
  if (topic.includes('\0')) flaws.push('It has the character U+0000 [MQTT-1.5.4-2].');
  if (topic.includes('+') || topic.includes('#'))
    flaws.push('It has the wildcard + or #, which belongs in topic filters [MQTT-3.3.2-2].');
  return flaws;
}

function byteCharacter(byte: number): string {
  return String.fromCodePoint(FIRST_BYTE_CHARACTER + byte - FIRST_HIGH_BYTE);
}

/** How many bytes the valid character at `at` has; 0 where there is none (Unicode 15, table 3-7). */
function validCharacterBytes(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[at + 1] ?? 0;
  if (second < leastSecond(lead) || second > mostSecond(lead)) return 0;
  for (let next = at + 2; next < at + size; next += 1)
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return size;
}

/** No overlong forms. */
function leastSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

/** No surrogates, nothing beyond U+10FFFF. */
function mostSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}

function codePointAt(bytes: Uint8Array, at: number, size: number): number {
  const lead = bytes[at] ?? 0;
  if (size === 1) return lead;
  let code = lead & (0xff >> (size + 1));
  for (let next = at + 1; next < at + size; next += 1)
    code = (code << 6) | ((bytes[next] ?? 0) & 0x3f);
  return code;
}
