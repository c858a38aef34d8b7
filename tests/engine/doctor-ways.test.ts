import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LoupeError } from '../../app/errors';
import { DEFAULT_PROXY } from '../../app/profile-network';
import { DEFAULT_TLS } from '../../app/profile-tls';
import { openAuthority, type KeyPair } from '../helpers/authority';
import { changes, examine, factOf, failedStep, stepOf } from '../helpers/doctor';
import { startMosquitto, type Mosquitto, type MosquittoOptions } from '../helpers/mosquitto';
import { startHttpProxy, startSocksProxy, type ProxyOptions } from '../helpers/proxies';

/** What stands in the profile besides host and port: files, headers, sockets, proxies, and the secrets for them. */
const cleanUps: (() => Promise<unknown>)[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-ways-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function mosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.dispose());
  return broker;
}

async function listening(server: Server, place: number | string = 0): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => {
    if (typeof place === 'string') server.listen(place, resolve);
    else server.listen(place, '127.0.0.1', resolve);
  });
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return typeof place === 'string' ? 0 : (server.address() as AddressInfo).port;
}

const isWhole = true;

describe('a WebSocket', () => {
  it('is opened with the headers, the authorization and the subprotocol of the profile; secrets stay out', async () => {
    const seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
    const server = createHttpServer();
    server.on('upgrade', (request, socket: Socket) => {
      seen.push({ path: request.url ?? '', headers: request.headers });
      const isKnown = request.headers.authorization === 'Bearer canary-51';
      socket.end(`HTTP/1.1 ${isKnown ? '404 Not Found' : '401 Unauthorized'}\r\n\r\n`);
    });
    const port = await listening(server);
    const webSocket = {
      subprotocol: 'mqttv3.1',
      headers: [{ name: 'X-Tenant', value: 'plant-7' }],
    };
    const profile = { port, protocol: 'ws', path: '/broker', webSocket } as const;
    const without = await examine(profile, { isWhole });
    expect(without.verdict?.title).toContain('does not allow the WebSocket at /broker');
    expect(without.verdict?.causes[0]).toContain('which is set under “Authorization”');
    expect(without.verdict?.fixes[0]).toMatchObject({ section: 'web-socket' });
    const wrong = await examine(profile, {
      isWhole,
      secrets: { 'websocket-authorization': 'Bearer old' },
    });
    expect(wrong.verdict?.causes[0]).toContain('it is wrong, or has expired');
    seen.length = 0;
    const right = await examine(profile, {
      isWhole,
      secrets: { 'websocket-authorization': 'Bearer canary-51' },
    });
    expect(right.verdict?.text).toContain('HTTP 404');
    expect(seen[0]?.headers).toMatchObject({
      ...{ authorization: 'Bearer canary-51', 'x-tenant': 'plant-7' },
      'sec-websocket-protocol': 'mqttv3.1',
    });
    // Where the path is only guessed, nothing is told that may be a secret.
    const guesses = seen.filter(({ path }) => path !== '/broker');
    expect(guesses.length).toBeGreaterThan(0);
    for (const { headers } of guesses) expect(headers).not.toHaveProperty('authorization');
    expect(factOf(right, 'websocket', 'Headers')).toBe('X-Tenant, Authorization');
    expect(JSON.stringify(right)).not.toContain('canary-51');
  });

  it('whose subprotocol the server does not speak is told, with the usual one as a click', async () => {
    const server = createHttpServer();
    server.on('upgrade', (request, socket: Socket) => {
      // RFC 6455 §4.2.2: without a subprotocol in the answer there is none.
      const key = String(request.headers['sec-websocket-key']);
      void crypto.subtle
        .digest('SHA-1', Buffer.from(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`))
        .then((hash) =>
          socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${Buffer.from(hash).toString('base64')}\r\n\r\n`,
          ),
        );
    });
    const port = await listening(server);
    const profile = { port, protocol: 'ws' } as const;
    const frame = await examine(
      { ...profile, webSocket: { subprotocol: 'amqp', headers: [] } },
      { isWhole },
    );
    expect(frame.verdict?.title).toContain('does not speak “amqp” over its WebSocket');
    expect(changes(frame)).toEqual([{ webSocket: { subprotocol: 'mqtt', headers: [] } }]);
    const usual = await examine(profile, { isWhole });
    expect(usual.verdict?.causes[0]).toContain('the path is wrong');
    expect(failedStep(usual)).toBe('websocket');
    // Mosquitto hangs up instead of answering.
    const real = await examine(
      {
        ...{ port: (await mosquitto({ websockets: true })).port, protocol: 'ws' },
        webSocket: { subprotocol: 'amqp', headers: [] },
      },
      { isWhole },
    );
    expect(real.verdict?.title).toContain('does not speak “amqp” over its WebSocket');
  });
});

describe('a socket of this computer', () => {
  const through = (socketPath: string): Parameters<typeof examine>[0] => ({
    ...{ protocol: 'unix', host: 'localhost', port: 1883, socketPath },
  });

  it('leads to the broker, without a name, a port or a proxy', async () => {
    const socketPath = join(folder, 'broker.sock');
    await mosquitto({ config: [`listener 0 ${socketPath}`, 'allow_anonymous true'] });
    const proxy = { ...DEFAULT_PROXY, mode: 'http', host: 'proxy.invalid' } as const;
    const frame = await examine({ ...through(socketPath), proxy }, { isWhole });
    expect(frame.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      ...['socket ok', 'connect ok', 'subscribe ok', 'ping ok', 'round-trip ok'],
    ]);
    expect(frame.target).toBe(`unix://${socketPath}`);
    expect(frame.verdict?.text).toContain(socketPath);
  });

  it('that is not there, is no socket, is left over, or whose path is too long is told', async () => {
    const missing = await examine(through(join(folder, 'none.sock')), { isWhole });
    expect(failedStep(missing)).toBe('socket');
    expect(missing.verdict?.title).toBe(`There is no socket at ${join(folder, 'none.sock')}.`);
    const file = join(folder, 'a-file');
    await writeFile(file, 'no socket');
    const other = await examine(through(file), { isWhole });
    expect(other.verdict?.title).toBe(`Nobody listens on the socket ${file}.`);
    const long = await examine(through(join(folder, 'x'.repeat(200))), { isWhole });
    expect(long.verdict?.title).toContain('could not be opened');
    expect(long.verdict?.fixes[0]).toMatchObject({ section: 'general' });
  });

  it.skipIf(process.getuid?.() === 0)('that this user may not use is told', async () => {
    const path = join(folder, 'closed.sock');
    await listening(createServer(), path);
    await chmod(path, 0);
    const frame = await examine(through(path), { isWhole });
    expect(frame.verdict?.title).toBe(`This user may not use the socket ${path}.`);
  });

  it('whose program is silent or hangs up is told, and nobody is sent to a port', async () => {
    const path = join(folder, 'rude.sock');
    await listening(
      createServer((socket) => socket.once('data', () => socket.end())),
      path,
    );
    const frame = await examine({ ...through(path), version: '3.1.1' }, { isWhole });
    expect(frame.verdict?.title).toContain(`${path} closed the connection instead of answering`);
    expect(changes(frame)).toEqual([{ version: 'automatic' }]);
  });
});

describe('a vault that is left locked', () => {
  const locked = new LoupeError('vault-locked', 'locked');

  it('is said to be locked, and nothing is sent in the place of the secret', async () => {
    const { port } = await mosquitto({ users: new Map([['anna', 'right']]) });
    const frame = await examine({ port, username: 'anna' }, { noSecrets: locked, isWhole });
    expect(failedStep(frame)).toBe('connect');
    expect(frame.verdict?.title).toBe('The password vault is locked.');
    expect(frame.verdict?.fixes).toEqual([{ kind: 'unlock-vault', label: 'Unlock the vault' }]);
    const proxy = { ...DEFAULT_PROXY, mode: 'http', host: '127.0.0.1', username: 'anna' } as const;
    const way = await examine({ port, proxy }, { noSecrets: locked, isWhole });
    expect(failedStep(way)).toBe('proxy');
    expect(way.verdict?.title).toBe('The password vault is locked.');
    const web = await examine({ port, protocol: 'ws' }, { noSecrets: locked, isWhole });
    expect(failedStep(web)).toBe('websocket');
  });
});

describe('a secret that is stored and cannot be read', () => {
  it('is said to be that, with the place where it is entered again; nothing is sent', async () => {
    const { port } = await mosquitto({ users: new Map([['anna', 'right']]) });
    const noSecrets = new LoupeError('secret-unavailable', 'It is damaged.');
    const frame = await examine({ port, username: 'anna' }, { noSecrets, isWhole });
    expect(failedStep(frame)).toBe('connect');
    expect(frame.verdict).toMatchObject({
      title: 'The password is stored, but cannot be read.',
      text: expect.stringMatching(/^It is damaged\. .* nothing was sent/u) as string,
      fixes: [{ kind: 'open-settings', label: 'Enter the password again', section: 'sign-in' }],
    });
    const proxy = { ...DEFAULT_PROXY, mode: 'http', host: '127.0.0.1', username: 'anna' } as const;
    const way = await examine({ port, proxy }, { noSecrets, isWhole });
    expect(failedStep(way)).toBe('proxy');
    expect(way.verdict?.title).toBe('The password of the proxy is stored, but cannot be read.');
  });
});

describe('a proxy', () => {
  const proxies = {
    http: startHttpProxy,
    socks5: startSocksProxy,
  };
  async function started(mode: 'http' | 'socks5', options: ProxyOptions = {}): Promise<number> {
    const proxy = await proxies[mode](options);
    cleanUps.push(() => proxy.dispose());
    return proxy.port;
  }
  const behind = (
    mode: 'http' | 'socks5',
    port: number,
    username = '',
  ): Pick<Parameters<typeof examine>[0], 'proxy'> => ({
    proxy: { ...DEFAULT_PROXY, mode, host: '127.0.0.1', port, username },
  });

  it.each(['http', 'socks5'] as const)('of the kind %s leads to the broker', async (mode) => {
    const { port } = await mosquitto();
    const frame = await examine({ port, ...behind(mode, await started(mode)) }, { isWhole });
    expect(frame.verdict?.tone).toBe('good');
    expect(factOf(frame, 'proxy', 'Kind')).toBe(mode === 'http' ? 'HTTP' : 'SOCKS 5');
    // Name and port are the proxy's: the broker's are looked up by it.
    expect(stepOf(frame, 'resolve').summary).toBe('of the proxy: 127.0.0.1');
    expect(stepOf(frame, 'tcp').summary).toMatch(/^Port \d+ of the proxy is open$/);
  });

  it.each(['http', 'socks5'] as const)(
    'of the kind %s that wants a sign-in is told from one that refuses it',
    async (mode) => {
      const { port } = await mosquitto();
      const at = await started(mode, { username: 'anna', password: 'right' });
      const none = await examine({ port, ...behind(mode, at) }, { isWhole });
      expect(none.verdict?.title).toContain('wants a username and a password');
      const secrets = { 'proxy-password': 'canary-wrong' };
      const wrong = await examine({ port, ...behind(mode, at, 'anna') }, { isWhole, secrets });
      expect(wrong.verdict?.title).toContain('refused its username or password');
      expect(JSON.stringify(wrong)).not.toContain('canary-wrong');
      const right = await examine(
        { port, ...behind(mode, at, 'anna') },
        { isWhole, secrets: { 'proxy-password': 'right' } },
      );
      expect(right.verdict?.tone).toBe('good');
    },
  );

  it('that cannot reach the broker, or is of the other kind, is told', async () => {
    const port = await listening(createServer());
    const socks = await started('socks5');
    const unreachable = await examine(
      { host: 'no-such-host.invalid', port, ...behind('socks5', socks) },
      { isWhole },
    );
    expect(unreachable.verdict?.title).toContain('does not connect to no-such-host.invalid');
    const other = await examine({ port, ...behind('http', socks) }, { isWhole });
    expect(other.verdict?.title).toContain('does not answer as a proxy');
    expect(other.verdict?.causes.join(' ')).toContain('it was spoken to as HTTP.');
  });

  it('is left out for a host that is an exception', async () => {
    const { port } = await mosquitto();
    const { proxy } = behind('http', 1);
    const frame = await examine(
      { port, proxy: { ...proxy!, exceptions: '127.0.0.1' } },
      { isWhole },
    );
    expect(stepOf(frame, 'proxy').summary).toBe('None is needed');
    expect(frame.verdict?.tone).toBe('good');
  });
});

describe('the files of a profile', () => {
  let authority: Awaited<ReturnType<typeof openAuthority>>;
  let client: KeyPair;
  const path = (name: string): { readonly path: string; readonly copy: null } => ({
    ...{ path: join(folder, name), copy: null },
  });
  const over = (tls: Partial<typeof DEFAULT_TLS>): Parameters<typeof examine>[0] => ({
    ...{ port: 1, protocol: 'mqtts' as const },
    tls: { ...DEFAULT_TLS, ...tls },
  });

  beforeAll(async () => {
    authority = await openAuthority();
    client = await authority.make({ subject: '/CN=press 4', use: 'clientAuth' });
    const stranger = await authority.make({ subject: '/CN=stranger' });
    await writeFile(join(folder, 'client.crt'), client.cert);
    await writeFile(join(folder, 'other.key'), stranger.key);
    await writeFile(join(folder, 'locked.key'), await authority.encrypt(client.key, 'sesame'));
    await writeFile(join(folder, 'note.txt'), 'no certificate');
  });

  afterAll(() => authority.dispose());

  it.each([
    ['other.key', '', 'The client certificate and its key do not belong together.'],
    ['locked.key', '', 'The key of the client certificate is locked.'],
    [
      ...(['locked.key', 'guess'] as const),
      'The passphrase does not open the key of the client certificate.',
    ],
    ['none.key', '', 'The client certificate or its key was not found.'],
    ['note.txt', '', 'The client certificate or its key could not be read.'],
  ])('are read before anything is opened: %s with “%s”', async (key, passphrase, title) => {
    const frame = await examine(over({ certificate: path('client.crt'), key: path(key) }), {
      isWhole,
      ...(passphrase === '' ? {} : { secrets: { 'key-passphrase': passphrase } }),
    });
    expect(failedStep(frame)).toBe('tls');
    expect(stepOf(frame, 'tcp').status).toBe('skipped');
    expect(frame.verdict?.title).toBe(title);
    expect(frame.verdict?.technical).toContain(join(folder, key));
  });

  it('with an authority that is none are told apart from those of the client', async () => {
    const frame = await examine(over({ authorities: [path('note.txt')] }), { isWhole });
    expect(frame.verdict?.title).toBe('The certificate of an authority could not be read.');
    expect(frame.verdict?.text).toContain('note.txt has no certificate in it');
    const gone = await examine(over({ authorities: [path('gone.pem')] }), { isWhole });
    expect(gone.verdict?.title).toBe('The certificate of an authority was not found.');
  });

  it('are used: authority, client certificate with a locked key, and the trust in one fingerprint', async () => {
    const broker = await mosquitto({ tls: true });
    const authorities = [{ path: broker.certificates!.caFile, copy: null }];
    const own = { certificate: path('client.crt'), key: path('locked.key') };
    const frame = await examine(
      { ...over({ authorities, systemAuthorities: false, ...own }), port: broker.port },
      { isWhole, secrets: { 'key-passphrase': 'sesame' } },
    );
    expect(frame.verdict?.tone).toBe('good');
    const fingerprint = stepOf(frame, 'tls').certificates[0]?.fingerprint ?? '';
    const pinned = await examine(
      { ...over({ trust: 'fingerprint', fingerprint }), port: broker.port },
      { isWhole },
    );
    expect(stepOf(pinned, 'tls').status).toBe('warning');
    expect(stepOf(pinned, 'connect').status).toBe('ok');
    const other = fingerprint.replace(/^../u, (two) => (two === '00' ? '11' : '00'));
    const changed = await examine(
      { ...over({ authorities, trust: 'fingerprint', fingerprint: other }), port: broker.port },
      { isWhole },
    );
    expect(changed.verdict?.title).toContain('another certificate than the one that you trusted');
    expect(changed.verdict?.text).toContain(fingerprint);
  });
});
