import { Buffer } from 'node:buffer';

/** A proof of who we are that somebody else gave us; its text is a secret. */
export interface Token {
  readonly text: string;
  /** Wall clock in ms; null where nothing says when it ends. */
  readonly expiresAtMs: number | null;
}

/** The end of a JSON Web Token as its `exp` claim says it (RFC 7519 §4.1.4); null when the text is none. Nothing is verified. */
export function jwtExpiryMs(text: string): number | null {
  const [, claims, signature] = text.split('.');
  if (claims === undefined || signature === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    const exp =
      typeof parsed === 'object' && parsed !== null && 'exp' in parsed ? parsed.exp : null;
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    // Any text may look like one.
    return null;
  }
}
