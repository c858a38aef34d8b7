import { Buffer } from 'node:buffer';
import { CONTEXT_0, derChildren, derElement, INTEGER, OBJECT_IDENTIFIER, SEQUENCE } from './der';

const PEM = /-----BEGIN (?<label>[A-Z0-9 ]{1,40})-----(?<body>[^-]*)-----END \k<label>-----/gu;
const CERTIFICATE_LABELS = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);
const PKCS7_LABELS = new Set(['PKCS7', 'PKCS #7 SIGNED DATA', 'CMS']);
/** 1.2.840.113549.1.7.2, signedData (RFC 2315 §14). */
const SIGNED_DATA = '2a864886f70d010702';
const PFX_VERSION = 3;

/**
 * The certificates (DER) in a file: PEM (RFC 7468, with any text between), DER, or P7B in either. Empty when there is
 * none; whether they are sound is not looked at.
 */
export function certificatesIn(bytes: Buffer): readonly Buffer[] {
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN ')) return certificatesInDer(bytes);
  return [...text.matchAll(PEM)].flatMap(({ groups }) => {
    const label = groups?.['label'] ?? '';
    const der = Buffer.from(groups?.['body'] ?? '', 'base64');
    if (CERTIFICATE_LABELS.has(label)) return [der];
    return PKCS7_LABELS.has(label) ? certificatesInDer(der) : [];
  });
}

function certificatesInDer(bytes: Buffer): readonly Buffer[] {
  const whole = derElement(bytes, 0);
  if (whole?.tag !== SEQUENCE) return [];
  const [first, second] = derChildren(bytes, whole);
  if (first?.tag === SEQUENCE) return [bytes.subarray(0, whole.to)];
  if (first?.tag !== OBJECT_IDENTIFIER || second?.tag !== CONTEXT_0) return [];
  if (bytes.toString('hex', first.from, first.to) !== SIGNED_DATA) return [];
  const signedData = derElement(bytes, second.from, second.to);
  if (signedData === null) return [];
  const set = derChildren(bytes, signedData).find(({ tag }) => tag === CONTEXT_0);
  if (set === undefined) return [];
  let at = set.from;
  return derChildren(bytes, set).map(({ to }) => {
    const certificate = bytes.subarray(at, to);
    at = to;
    return certificate;
  });
}

/** Whether it is a PFX (RFC 7292 §4): P12 files begin with their version, 3. */
export function isPfx(bytes: Buffer): boolean {
  const whole = derElement(bytes, 0);
  if (whole?.tag !== SEQUENCE) return false;
  const version = derElement(bytes, whole.from, whole.to);
  return version?.tag === INTEGER && bytes[version.from] === PFX_VERSION;
}

/** The PEM block of a private key; null when there is none in the text. */
export function keyBlockIn(bytes: Buffer): string | null {
  const text = bytes.toString('latin1');
  for (const [block, label = ''] of text.matchAll(
    /-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY)-----[\s\S]*?-----END \1-----/gu,
  )) {
    if (label.endsWith('PRIVATE KEY')) return block;
  }
  return null;
}

/** Whether a key cannot be read without a passphrase: PKCS#8 says so in its label, the old form in a header. */
export function isEncryptedKey(block: string): boolean {
  return /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/u.test(block);
}

/** Whether it is a certificate or a key, as far as its form says so. */
export function isCredential(bytes: Buffer): boolean {
  if (isPfx(bytes) || keyBlockIn(bytes) !== null || certificatesIn(bytes).length > 0) return true;
  // A key in DER has no sign of its own but its form.
  return bytes[0] === 0x30;
}
