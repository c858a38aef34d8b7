import { Buffer } from 'node:buffer';
import { derChildren, derElement, INTEGER, type DerElement } from './der';

const OCTET_STRING = 0x04;
const CONSTRUCTED = 0x20;
const MOST_DEPTH = 16;
const MOST_ELEMENTS = 20_000;

/**
 * What opening a file with a passphrase may cost: rounds of PBKDF2 and its forerunners (RFC 8018), of all parts together.
 * Honest files have 2,000 to 1,000,000; this many take about two seconds, in which nothing else happens.
 */
const MOST_ROUNDS = 4_000_000;
/** N × r × p of scrypt (RFC 7914): a usual N is 16,384 with r = 8. */
const MOST_SCRYPT = 1 << 21;

/**
 * Whether opening it with a passphrase would take absurdly long, as a file that was made to block a program wants it. Looks for
 * a salt with numbers behind it, wherever it stands in a PKCS#8 or P12 (DER).
 */
export function isCostly(der: Uint8Array): boolean {
  const seen = { rounds: 0, scrypt: 0, elements: 0 };
  const whole = derElement(der, 0);
  if (whole !== null) add(der, whole, seen, 0);
  return seen.rounds > MOST_ROUNDS || seen.scrypt > MOST_SCRYPT || seen.elements > MOST_ELEMENTS;
}

/** The same of a PEM block. */
export function isCostlyBlock(block: string): boolean {
  return isCostly(Buffer.from(block.replace(/-----[^-]+-----/gu, ''), 'base64'));
}

interface Seen {
  rounds: number;
  scrypt: number;
  elements: number;
}

function add(bytes: Uint8Array, element: DerElement, seen: Seen, depth: number): void {
  const children = derChildren(bytes, element);
  seen.elements += children.length;
  if (depth > MOST_DEPTH || seen.elements > MOST_ELEMENTS) return;
  children.forEach((child, index) => {
    if (child.tag === OCTET_STRING) addNumbers(bytes, children.slice(index + 1), seen);
    if ((child.tag & CONSTRUCTED) !== 0) add(bytes, child, seen, depth + 1);
    // The parts of a P12 stand in octet strings.
    else if (child.tag === OCTET_STRING && derElement(bytes, child.from, child.to)?.to === child.to)
      add(bytes, child, seen, depth + 1);
  });
}

/** Behind a salt: the rounds (and the length of the key), or N, r and p. */
function addNumbers(bytes: Uint8Array, behind: readonly DerElement[], seen: Seen): void {
  const end = behind.findIndex(({ tag }) => tag !== INTEGER);
  const numbers = behind
    .slice(0, end < 0 ? behind.length : end)
    .map(({ from, to }) => numberOf(bytes.subarray(from, to)));
  const [first = 0, second = 1, third = 1] = numbers;
  if (numbers.length >= 3) seen.scrypt += first * second * third;
  else seen.rounds += first;
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
