/** The server's side of SCRAM-SHA-256, which no broker at hand offers. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { connack, friendly, startScriptedBroker, type ScriptedBroker } from './scripted-broker';

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Written anew from RFC 5802 §3. */
function scramServer(password: string, sign = true) {
  const salt = Buffer.from('salt of the server');
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  let firstBare = '';
  let serverFirst = '';
  return {
    challenge: (clientFirst: string): Buffer => {
      firstBare = clientFirst.slice('n,,'.length);
      const nonce = /r=(.+)$/u.exec(firstBare)?.[1] ?? '';
      serverFirst = `r=${nonce}server,s=${salt.toString('base64')},i=4096`;
      return Buffer.from(serverFirst);
    },
    /** The proof of the server, or null when the client's is wrong. */
    finish: (clientFinal: string): Buffer | null => {
      const [, withoutProof = '', proof = ''] = /^(.*),p=(.+)$/u.exec(clientFinal) ?? [];
      const message = `${firstBare},${serverFirst},${withoutProof}`;
      const clientKey = hmac(salted, 'Client Key');
      const stored = createHash('sha256').update(clientKey).digest();
      const signature = hmac(stored, message);
      const expected = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!));
      if (Buffer.from(proof, 'base64').compare(expected) !== 0) return null;
      const own = sign ? hmac(hmac(salted, 'Server Key'), message) : Buffer.alloc(32);
      return Buffer.from(`v=${own.toString('base64')}`);
    },
  };
}

export const SCRAM = 'SCRAM-SHA-256';

/** A broker that lets in who proves this password; `sign` false: it cannot prove that it knows it. */
export function startScramBroker(password: string, sign = true): Promise<ScriptedBroker> {
  const server = scramServer(password, sign);
  const properties = (authenticationData: Buffer) => ({
    authenticationMethod: SCRAM,
    authenticationData,
  });
  return startScriptedBroker('5', (packet, client) => {
    if (packet?.cmd === 'connect') {
      const data = server.challenge(String(packet.properties?.authenticationData));
      client.send({ cmd: 'auth', reasonCode: 0x18, properties: properties(data) });
    } else if (packet?.cmd === 'auth') {
      const final = server.finish(String(packet.properties?.authenticationData));
      if (final === null) client.send(connack({ reasonCode: 0x86 }));
      else client.send(connack({ properties: properties(final) }));
    } else friendly(packet, client);
  });
}
