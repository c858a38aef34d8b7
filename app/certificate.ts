/** What a certificate says of itself; every text is its maker's word and as untrusted as he is. */
export interface CertificateFacts {
  /** On one line: `CN=broker, O=Plant`. */
  readonly subject: string;
  readonly issuer: string;
  /** ms since 1970; null when it cannot be read. */
  readonly validFromMs: number | null;
  readonly validToMs: number | null;
  /** Host names and IP addresses that it is for; at most `MAX_SHOWN_NAMES`. */
  readonly names: readonly string[];
  /** SHA-256, `F4:EE:48:…`. */
  readonly fingerprint: string;
  readonly selfSigned: boolean;
}

export const MAX_SHOWN_NAMES = 50;
