import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { TlsFile } from '../../app/profile-tls';
import type { Certificates } from './certificates';

const run = promisify(execFile);

export const PASSPHRASE = 'canary-key-41c2';

/** Every form in which a client's certificate and its key come, and broken ones; made by the authority of a broker. */
export interface ClientCertificates {
  /** The path of a file, such as `client.pem`, in the folder. */
  readonly file: (name: string) => string;
  /** The same as a profile has it. */
  readonly named: (name: string) => TlsFile;
}

/** Makes them with OpenSSL, beside the authority's files. */
export async function makeClientCertificates({
  caFile,
}: Certificates): Promise<ClientCertificates> {
  const folder = dirname(caFile);
  const openssl = (line: string): Promise<unknown> =>
    run('openssl', line.split(' '), { cwd: folder });
  await openssl(
    'req -new -newkey rsa:2048 -nodes -subj /CN=anna -keyout client.key -out client.csr',
  );
  await openssl(
    'x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -out client.pem',
  );
  await openssl('ecparam -genkey -name prime256v1 -noout -out ec.key');
  await openssl('req -new -key ec.key -subj /CN=erna -out ec.csr');
  await openssl(
    'x509 -req -in ec.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -out ec.pem',
  );
  await openssl(`pkcs8 -topk8 -in client.key -out encrypted.key -passout pass:${PASSPHRASE}`);
  await openssl(
    `pkcs8 -topk8 -in client.key -outform der -out encrypted.der -passout pass:${PASSPHRASE}`,
  );
  await openssl('rsa -in client.key -traditional -out pkcs1.key');
  await openssl(
    `rsa -in client.key -traditional -aes128 -out pkcs1-encrypted.key -passout pass:${PASSPHRASE}`,
  );
  await openssl('pkcs8 -topk8 -nocrypt -in client.key -outform der -out key.der');
  await openssl('x509 -in client.pem -outform der -out client.der');
  await openssl('x509 -in ca.pem -outform der -out ca.der');
  await openssl('crl2pkcs7 -nocrl -certfile ca.pem -outform der -out ca.p7b');
  await openssl('crl2pkcs7 -nocrl -certfile ca.pem -out ca-pem.p7b');
  const both = '-export -inkey client.key -in client.pem';
  await openssl(`pkcs12 ${both} -out client.p12 -passout pass:${PASSPHRASE}`);
  await openssl(`pkcs12 ${both} -legacy -out legacy.p12 -passout pass:${PASSPHRASE}`);
  // Signed by its own key: no broker knows who that is.
  await openssl(
    'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=stranger -keyout stranger.key -out stranger.pem',
  );
  const file = (name: string): string => join(folder, name);
  return { file, named: (name) => ({ path: file(name), copy: null }) };
}
