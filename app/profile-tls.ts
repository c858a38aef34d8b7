import * as v from 'valibot';

/** Oldest version of TLS that a connection accepts; 1.0 and 1.1 are for old devices (RFC 8996 calls them unsafe). */
export const TLS_VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** What makes a server's certificate good enough. */
export const TLS_TRUSTS = [
  /** An authority that is trusted signed it, for this name, and it is valid today. */
  'authorities',
  /** It is the very certificate that the person has seen and trusted. */
  'fingerprint',
  /** Any will do: whoever answers is believed. */
  'anything',
] as const;
export type TlsTrust = (typeof TLS_TRUSTS)[number];

const noControls = (text: string): boolean => ![...text].some((character) => character < ' ');
const filePath = v.pipe(
  v.string(),
  v.maxLength(4_096, 'A path may have at most 4,096 characters.'),
  v.check(noControls, 'A path must not contain control characters.'),
);

/** A file of certificates or a key. */
export const tlsFileSchema = v.object({
  /** Where the person has it. */
  path: filePath,
  /** Name of its copy in the data folder; null when it is read where it stands. */
  copy: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u))),
});
export type TlsFile = v.InferOutput<typeof tlsFileSchema>;

/** SHA-256 of a certificate, as certificates are shown: `F4:EE:48:…`. */
const fingerprint = v.pipe(
  v.string(),
  v.regex(
    /^(?:[0-9A-F]{2}(?::[0-9A-F]{2}){31})?$/u,
    'A fingerprint is 32 pairs of hexadecimal digits with colons between them.',
  ),
);

const MAX_AUTHORITIES = 50;

export const tlsSettingsSchema = v.pipe(
  v.object({
    trust: v.picklist(TLS_TRUSTS),
    /** The certificate that is trusted; empty for none. */
    fingerprint,
    /** Whether authorities of the operating system are trusted. */
    systemAuthorities: v.boolean(),
    /** Files or folders with certificates of authorities (PEM, DER, P7B). */
    authorities: v.pipe(
      v.array(tlsFileSchema),
      v.maxLength(MAX_AUTHORITIES, 'At most 50 files of authorities can be named.'),
    ),
    /** The client's certificate, with its chain (PEM, DER, P7B), or with its key too (P12); null for none. */
    certificate: v.nullable(tlsFileSchema),
    /** Its key; null for none, and for a P12, which brings it along. */
    key: v.nullable(tlsFileSchema),
    /** Whether files are copied into the data folder when the profile is saved. */
    keepsCopies: v.boolean(),
    /** Name that is asked for (SNI, RFC 6066 §3) and that the certificate must have; empty for the host. */
    serverName: v.pipe(
      v.string(),
      v.regex(/^[^\s/:?#@]*$/u, 'The server name is a host name, for example broker.example.com.'),
      v.maxLength(253, 'The server name may have at most 253 characters.'),
    ),
    /** Application protocols that are offered (ALPN, RFC 7301), the preferred one first. */
    alpn: v.pipe(
      v.array(
        v.pipe(
          v.string(),
          v.regex(/^[\x21-\x7e]{1,255}$/u, 'A protocol is 1 to 255 letters, digits and signs.'),
        ),
      ),
      v.maxLength(10, 'At most 10 protocols can be offered.'),
    ),
    minimumVersion: v.picklist(TLS_VERSIONS),
    /** In OpenSSL's words, up to TLS 1.2; empty for the usual ones. */
    ciphers: v.pipe(
      v.string(),
      v.regex(
        /^[\w:+!@=.-]*$/u,
        'Ciphers are names with colons between them, as OpenSSL writes them.',
      ),
      v.maxLength(2_000, 'The list of ciphers may have at most 2,000 characters.'),
    ),
    /** Whether the keys of its connections are written to a file, for Wireshark. */
    keyLog: v.boolean(),
  }),
  v.forward(
    v.check(
      ({ trust, fingerprint: known }) => trust !== 'fingerprint' || known !== '',
      'Enter the fingerprint of the certificate, or connect once and trust the one that is shown.',
    ),
    ['fingerprint'],
  ),
);
export type TlsSettings = v.InferOutput<typeof tlsSettingsSchema>;

export const DEFAULT_TLS: TlsSettings = {
  trust: 'authorities',
  fingerprint: '',
  systemAuthorities: true,
  authorities: [],
  certificate: null,
  key: null,
  keepsCopies: false,
  serverName: '',
  alpn: [],
  minimumVersion: '1.2',
  ciphers: '',
  keyLog: false,
};

/** A fingerprint as people paste it (any case, with or without colons) in the form that is stored. */
export function fingerprintOf(text: string): string {
  const digits = text
    .trim()
    .replace(/^sha-?256[:=\s]*(?:fingerprint=)?/iu, '')
    .replace(/[\s:]/gu, '');
  if (!/^[0-9a-f]{64}$/iu.test(digits)) return text.trim();
  return (digits.toUpperCase().match(/../gu) ?? []).join(':');
}
