import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CertificateOptions {
  /** Subject Alternative Names of the server. Default: localhost and 127.0.0.1. */
  readonly names?: string;
  readonly expired?: boolean;
}

export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority as PEM text. */
  readonly ca: string;
}

/** Makes an authority and a server certificate signed by it in a folder, with OpenSSL. */
export async function makeCertificates(
  folder: string,
  options: CertificateOptions = {},
): Promise<Certificates> {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const names = options.names ?? 'DNS:localhost,IP:127.0.0.1';
  // Keys on a curve are made in milliseconds, RSA keys in seconds on a busy machine.
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const newKey = [...curve, '-nodes', '-sha256'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  await openssl(
    'req',
    '-new',
    ...newKey,
    '-subj',
    '/CN=Test broker',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  await writeFile(file('extensions'), `subjectAltName=${names}\n`);
  if (options.expired) await signExpired(folder, openssl);
  else {
    await openssl(
      ...[
        'x509',
        '-req',
        '-in',
        'server.csr',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
      ],
      ...['-days', '1', '-sha256', '-extfile', 'extensions', '-out', 'server.pem'],
    );
  }
  return {
    caFile: file('ca.pem'),
    certFile: file('server.pem'),
    keyFile: file('server.key'),
    ca: await readFile(file('ca.pem'), 'utf8'),
  };
}

/** `openssl x509` cannot date a certificate back; `openssl ca` can. */
async function signExpired(
  folder: string,
  openssl: (...args: string[]) => Promise<unknown>,
): Promise<void> {
  await writeFile(join(folder, 'index.txt'), '');
  await writeFile(
    join(folder, 'ca.conf'),
    [
      '[ca]\ndefault_ca=default\n[default]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\npolicy=any',
      'default_md=sha256\ncertificate=ca.pem\nprivate_key=ca.key\n[any]\ncommonName=supplied\n',
    ].join('\n'),
  );
  await openssl(
    ...['ca', '-batch', '-notext', '-config', 'ca.conf', '-in', 'server.csr', '-out', 'server.pem'],
    ...['-extfile', 'extensions', '-startdate', '20200101000000Z', '-enddate', '20200201000000Z'],
  );
}
