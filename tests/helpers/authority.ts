/** A test's own certificate authority, made with OpenSSL when it is needed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  readonly subject: string;
  /** Subject Alternative Names. */
  readonly names?: string;
  readonly isAuthority?: boolean;
  readonly use?: 'serverAuth' | 'clientAuth';
  /** `YYYYMMDDHHMMSSZ`; a day around now unless told. */
  readonly from?: string;
  readonly to?: string;
  /** Null: signed by itself. */
  readonly by?: KeyPair | null;
}

/** Makes certificates in a folder of its own, which `dispose` removes. */
export async function openAuthority(): Promise<{
  readonly make: (wanted: Wanted) => Promise<KeyPair>;
  readonly encrypt: (key: string, passphrase: string) => Promise<string>;
  readonly dispose: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-authority-'));
  let number = 0;
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

  const make = async (wanted: Wanted): Promise<KeyPair> => {
    number += 1;
    const name = `c${String(number)}`;
    await openssl(
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-subj', wanted.subject, '-keyout', `${name}.key`, '-out', `${name}.csr`],
    );
    const key = await read(`${name}.key`);
    await write('signer.key', wanted.by?.key ?? key);
    await write('signer.pem', wanted.by?.cert ?? '');
    await write('index.txt', '');
    await write('ca.conf', configuration(wanted));
    await openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.conf', '-in', `${name}.csr`],
      ...['-out', `${name}.pem`, '-extensions', 'wanted'],
      ...(wanted.by ? ['-cert', 'signer.pem'] : ['-selfsign']),
      ...['-keyfile', 'signer.key'],
      ...[
        '-startdate',
        wanted.from ?? stamp(-86_400_000),
        '-enddate',
        wanted.to ?? stamp(86_400_000),
      ],
    );
    return { cert: await read(`${name}.pem`), key };
  };

  const encrypt = async (key: string, passphrase: string): Promise<string> => {
    await write('plain.key', key);
    await openssl(
      ...['pkcs8', '-topk8', '-in', 'plain.key', '-out', 'locked.key'],
      ...['-v2', 'aes256', '-passout', `pass:${passphrase}`],
    );
    return read('locked.key');
  };

  return { make, encrypt, dispose: () => rm(folder, { recursive: true, force: true }) };
}

function configuration({ names, isAuthority = false, use }: Wanted): string {
  return [
    '[ca]\ndefault_ca=default\n[default]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes',
    'policy=any\ndefault_md=sha256\nunique_subject=no\n[any]\ncommonName=supplied\norganizationName=optional',
    `[wanted]\nbasicConstraints=critical,CA:${isAuthority ? 'TRUE' : 'FALSE'}`,
    ...(names === undefined ? [] : [`subjectAltName=${names}`]),
    ...(use === undefined ? [] : [`extendedKeyUsage=${use}`]),
    '',
  ].join('\n');
}

/** A moment from now as OpenSSL writes it. */
export function stamp(fromNowMs: number): string {
  return new Date(Date.now() + fromNowMs)
    .toISOString()
    .replace(/[-:T]/gu, '')
    .replace(/\.\d+Z$/u, 'Z');
}
