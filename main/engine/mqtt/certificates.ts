import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Where Linux distributions keep their authorities, for runtimes that cannot list the system's store. */
const LINUX_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
];

let known: readonly string[] | null = null;

/**
 * The authorities (PEM) that a broker's certificate may be signed by: those that Node brings, those of
 * `NODE_EXTRA_CA_CERTS`, and those of the operating system's store. Read once per process.
 */
export function trustedAuthorities(): readonly string[] {
  known ??= readAuthorities();
  return known;
}

function readAuthorities(): readonly string[] {
  // Node before 22.15 (and so the older Electron) has no tls.getCACertificates.
  const listed = (tls as Partial<typeof tls>).getCACertificates;
  if (listed !== undefined) return [...new Set([...listed('default'), ...listed('system')])];
  const files = [
    process.env['NODE_EXTRA_CA_CERTS'],
    ...(process.platform === 'linux' ? LINUX_BUNDLES : []),
  ];
  return [...tls.rootCertificates, ...files.flatMap((file) => readIfThere(file))];
}

function readIfThere(file: string | undefined): string[] {
  if (file === undefined || file === '') return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    // Only one of the well-known files exists on a given distribution; a missing one adds nothing.
    return [];
  }
}
