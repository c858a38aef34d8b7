import * as tls from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAuthority, stamp, type KeyPair, type Wanted } from '../helpers/authority';
import { examine, factOf, failedStep, stepOf, type Examined } from '../helpers/doctor';
import { startMosquitto } from '../helpers/mosquitto';

const cleanUps: (() => Promise<unknown>)[] = [];
let authority: Awaited<ReturnType<typeof openAuthority>>;
let root: KeyPair;
let server: KeyPair;
let client: KeyPair;

const NAMES = 'DNS:localhost,IP:127.0.0.1';

beforeAll(async () => {
  authority = await openAuthority();
  root = await authority.make({ subject: '/O=Plant/CN=Plant root', isAuthority: true });
  server = await serverPair({});
  client = await authority.make({ subject: '/CN=press 4', use: 'clientAuth', by: root });
});

afterAll(() => authority.dispose());

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function serverPair(wanted: Partial<Wanted>): Promise<KeyPair> {
  return authority.make({
    ...{ subject: '/CN=broker', names: NAMES, use: 'serverAuth', by: root },
    ...wanted,
  });
}

/** A TLS server that accepts every greeting of MQTT 5, answers every ping, and says nothing else. */
async function listen(options: tls.TlsOptions): Promise<number> {
  const sockets = new Set<tls.TLSSocket>();
  const listening = tls.createServer(options, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', ([type]) => {
      if (type === 0x10) socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      if (type === 0xc0) socket.write(Buffer.from([0xd0, 0]));
    });
  });
  listening.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listening.close(resolve));
  });
  return (listening.address() as AddressInfo).port;
}

async function against(
  options: tls.TlsOptions,
  trust: Examined['tls'] = {},
  host = '127.0.0.1',
): ReturnType<typeof examine> {
  const port = await listen(options);
  return examine(
    { port, host, protocol: 'mqtts', subscriptions: [] },
    { tls: { authorities: [root.cert], ...trust }, publishes: false },
  );
}

describe('a certificate', () => {
  it('that is in order is shown with its chain', async () => {
    const broker = await startMosquitto({ tls: true });
    cleanUps.push(() => broker.dispose());
    const frame = await examine(
      { port: broker.port, protocol: 'mqtts' },
      { tls: { authorities: [broker.certificates!.ca] } },
    );
    expect(frame.verdict?.tone).toBe('good');
    expect(factOf(frame, 'tls', 'Version')).toBe('TLSv1.3');
    const [own, ca] = stepOf(frame, 'tls').certificates;
    expect(own).toMatchObject({ role: 'server', subject: 'CN=Test broker', isTrusted: false });
    expect(own?.names).toEqual(['localhost', '127.0.0.1']);
    expect(ca).toMatchObject({ role: 'root', subject: 'CN=Test authority', isTrusted: true });
  });

  it('of an unknown authority', async () => {
    const frame = await against(server, { authorities: [] });
    expect(failedStep(frame)).toBe('tls');
    expect(stepOf(frame, 'connect').status).toBe('skipped');
    expect(frame.verdict?.title).toContain(
      'signed by an authority that this computer does not know',
    );
    expect(frame.verdict?.text).toContain('“Plant root”');
    expect(frame.verdict?.fixes.map(({ kind }) => kind)).toEqual([
      'add-authority',
      'trust-certificate',
    ]);
  });

  it('whose authority was sent along, but is not trusted', async () => {
    const chain = { key: server.key, cert: server.cert + root.cert };
    const frame = await against(chain, { authorities: [] });
    expect(frame.verdict?.title).toContain(
      'signed by an authority that this computer does not know',
    );
  });

  it('whose intermediate was left out', async () => {
    const between = await authority.make({
      ...{ subject: '/O=Plant/CN=Plant line 4', isAuthority: true, by: root },
    });
    const leaf = await serverPair({ by: between });
    const frame = await against(leaf);
    expect(frame.verdict?.title).toContain('does not send all certificates');
    expect(frame.verdict?.text).toContain('“Plant line 4”');
    const whole = await against({ key: leaf.key, cert: leaf.cert + between.cert });
    expect(stepOf(whole, 'tls').certificates.map(({ role }) => role)).toEqual([
      ...['server', 'intermediate', 'root'],
    ]);
    expect(stepOf(whole, 'connect').status).toBe('ok');
  });

  it('that is self-signed', async () => {
    const frame = await against(await serverPair({ by: null }));
    expect(frame.verdict?.title).toContain('is self-signed');
    expect(frame.verdict?.fixes[0]).toMatchObject({
      kind: 'trust-certificate',
      fingerprint: stepOf(frame, 'tls').certificates[0]?.fingerprint,
    });
  });

  it('that has expired', async () => {
    const frame = await against(
      await serverPair({ from: '20200101000000Z', to: '20200201000000Z' }),
    );
    expect(frame.verdict?.title).toContain('has expired');
    expect(frame.verdict?.text).toContain('2020-02-01 00:00 UTC');
  });

  it('that is not valid yet', async () => {
    const frame = await against(await serverPair({ from: stamp(3_600_000), to: stamp(7_200_000) }));
    expect(frame.verdict?.title).toContain('is not valid yet');
    expect(frame.verdict?.causes[0]).toContain('clock');
  });

  it('for another host', async () => {
    const frame = await against(await serverPair({ names: 'DNS:broker.plant.example' }));
    expect(frame.verdict?.title).toBe('The certificate belongs to another name than 127.0.0.1.');
    expect(frame.verdict?.fixes[0]).toMatchObject({ change: { host: 'broker.plant.example' } });
  });

  it('that is trusted by its fingerprint, or not looked at, is enough', async () => {
    const own = await serverPair({ by: null });
    const { fingerprint = '' } = stepOf(await against(own), 'tls').certificates[0] ?? {};
    const trusted = await against(own, { trust: { fingerprint } });
    expect(stepOf(trusted, 'tls').status).toBe('warning');
    expect(stepOf(trusted, 'connect').status).toBe('ok');
    expect(stepOf(await against(own, { trust: 'anything' }), 'connect').status).toBe('ok');
  });
});

describe('a client certificate', () => {
  const asking = (): tls.TlsOptions => ({
    ...server,
    ...{ ca: root.cert, requestCert: true, rejectUnauthorized: true },
  });
  const pem = (
    pair: KeyPair,
    passphrase = '',
  ): { kind: 'pem'; cert: string; key: string; passphrase: string } => ({
    ...{ kind: 'pem', ...pair, passphrase },
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('that is missing, with %s', async (maxVersion) => {
    const broker = await startMosquitto({
      tls: true,
      config: [
        'require_certificate true',
        ...(maxVersion === 'TLSv1.2' ? ['tls_version tlsv1.2'] : []),
      ],
    });
    cleanUps.push(() => broker.dispose());
    const frame = await examine(
      { port: broker.port, protocol: 'mqtts' },
      { tls: { authorities: [broker.certificates!.ca] } },
    );
    expect(failedStep(frame)).toBe('tls');
    expect(frame.verdict?.title).toMatch(
      /asks for a client certificate|broke off while encryption/u,
    );
    expect(`${frame.verdict?.title} ${frame.verdict?.causes[0]}`).toContain(
      'asks for a client certificate',
    );
  });

  it('that is missing is not told before the authority that is unknown, as the connection itself finds it', async () => {
    const broker = await startMosquitto({ tls: true, config: ['require_certificate true'] });
    cleanUps.push(() => broker.dispose());
    const frame = await examine({ port: broker.port, protocol: 'mqtts' });
    expect(frame.verdict?.title).toContain(
      'signed by an authority that this computer does not know',
    );
  });

  it('that has expired is told to have, whether the server says so or only hangs up', async () => {
    const old = await authority.make({
      ...{ subject: '/CN=old press', use: 'clientAuth', by: root },
      ...{ from: '20200101000000Z', to: '20200201000000Z' },
    });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const frame = await against({ ...asking(), maxVersion }, { certificate: pem(old) });
      expect(failedStep(frame)).toBe('tls');
      expect(frame.verdict?.title).toBe('The client certificate has expired.');
      expect(frame.verdict?.text).toContain('“old press” was valid until 2020-02-01');
    }
  });

  it('that the broker does not accept', async () => {
    const stranger = await authority.make({ subject: '/CN=stranger', use: 'clientAuth', by: null });
    const broker = await startMosquitto({ tls: true, config: ['require_certificate true'] });
    cleanUps.push(() => broker.dispose());
    const frame = await examine(
      { port: broker.port, protocol: 'mqtts' },
      { tls: { authorities: [broker.certificates!.ca], certificate: pem(stranger) } },
    );
    expect(failedStep(frame)).toBe('tls');
    expect(frame.verdict?.title).toContain('refused the client certificate');
  });

  it('that is accepted', async () => {
    const frame = await against(asking(), { certificate: pem(client) });
    expect(stepOf(frame, 'connect').status).toBe('ok');
  });

  it('whose key is another one’s', async () => {
    const frame = await against(asking(), {
      certificate: pem({ cert: client.cert, key: server.key }),
    });
    expect(frame.verdict?.title).toBe('The client certificate and its key do not belong together.');
  });

  it('whose key is locked: no passphrase, a wrong one, the right one', async () => {
    const key = await authority.encrypt(client.key, 'open sesame');
    const locked = { cert: client.cert, key };
    const none = await against(asking(), { certificate: pem(locked) });
    expect(none.verdict?.title).toBe('The key of the client certificate is locked.');
    const wrong = await against(asking(), { certificate: pem(locked, 'guess') });
    expect(wrong.verdict?.title).toBe(
      'The passphrase does not open the key of the client certificate.',
    );
    const right = await against(asking(), { certificate: pem(locked, 'open sesame') });
    expect(stepOf(right, 'connect').status).toBe('ok');
  });

  it('that is no certificate at all', async () => {
    const frame = await against(asking(), {
      certificate: pem({ cert: 'shopping list', key: client.key }),
    });
    expect(frame.verdict?.title).toContain('could not be read');
  });
});

describe('what both sides have to agree on', () => {
  it('is the version of TLS', async () => {
    const frame = await against({
      ...server,
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    });
    expect(failedStep(frame)).toBe('tls');
    expect(frame.verdict?.title).toContain('no version of TLS in common');
    const allowed = await against(
      {
        ...server,
        ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      },
      { minimumVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    );
    expect(factOf(allowed, 'tls', 'Version')).toBe('TLSv1.1');
  });

  it('is the application protocol', async () => {
    const options = { ...server, ALPNProtocols: ['http/1.1'] };
    const frame = await against(options, { alpn: ['x-amzn-mqtt-ca'] });
    expect(frame.verdict?.title).toContain('offers none of the protocols');
    expect(frame.verdict?.text).toContain('x-amzn-mqtt-ca');
    const same = await against(options, { alpn: ['http/1.1'] });
    expect(factOf(same, 'tls', 'Application protocol (ALPN)')).toBe('http/1.1');
  });

  it('is a cipher', async () => {
    const frame = await against(
      { ...server, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
      { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    );
    expect(frame.verdict?.title).toContain('broke off while encryption was being agreed on');
    const nonsense = await against(server, { ciphers: 'NONSENSE' });
    expect(nonsense.verdict?.title).toBe('The list of ciphers cannot be used.');
  });
});
