/** Through proxies as they are used in plants: HTTP CONNECT and SOCKS5, under TCP, TLS and WebSocket; and past them. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_PROXY, DEFAULT_WEB_SOCKET, type ProxySettings } from '../../app/profile-network';
import { DEFAULT_TLS } from '../../app/profile-tls';
import type { Profile } from '../../app/profile';
import type { SecretName } from '../../app/secret';
import { openStream, StreamError, type StreamProfile } from '../../main/engine/mqtt/streams';
import { testConnection, type TestConnection } from '../helpers/connection';
import { freePort, startMosquitto, type Mosquitto } from '../helpers/mosquitto';
import { startHttpProxy, startSocksProxy, type Proxy } from '../helpers/proxies';

const PASSWORD = 'canary-proxy-ü';

let broker: Mosquitto;
let secure: Mosquitto;
let webSocket: Mosquitto;
const proxies = new Map<string, Proxy>();
beforeAll(async () => {
  broker = await startMosquitto();
  secure = await startMosquitto({ tls: true });
  webSocket = await startMosquitto({ tls: true, websockets: true });
  proxies.set('http', await startHttpProxy());
  proxies.set('http locked', await startHttpProxy({ username: 'anna', password: 'geheim' }));
  proxies.set('socks5', await startSocksProxy());
  proxies.set('socks5 locked', await startSocksProxy({ username: 'anna', password: PASSWORD }));
  // Making keys takes its time on a busy machine.
});
afterAll(async () => {
  for (const proxy of proxies.values()) await proxy.dispose();
  await Promise.all([broker, secure, webSocket].map((one) => one.dispose()));
});

const portOf = (name: string): number => proxies.get(name)?.port ?? 0;

function connection(
  profile: Partial<Profile> & Pick<Profile, 'port'>,
  proxy: Partial<ProxySettings>,
  secrets: ReadonlyMap<SecretName, string> = new Map(),
  systemProxy: (url: string) => string = () => 'DIRECT',
): TestConnection {
  const made = testConnection(
    { ...profile, proxy: { ...DEFAULT_PROXY, host: '127.0.0.1', ...proxy } },
    {
      secrets,
      surroundings: { home: null, systemProxy: (url) => Promise.resolve(systemProxy(url)) },
    },
  );
  onTestFinished(() => made.disconnect());
  made.connect();
  return made;
}

const authorities = (one: Mosquitto) => [{ path: one.certificates?.caFile ?? '', copy: null }];

describe.each(['http', 'socks5'] as const)('through a proxy of the kind %s', (mode) => {
  const through = (): Partial<ProxySettings> => ({ mode, port: portOf(mode) });

  test('go mqtt, mqtts and wss, and the proxy looks the name up', async () => {
    await connection({ port: broker.port, host: 'localhost' }, through()).reaches('connected');
    await connection(
      {
        ...{ protocol: 'mqtts', port: secure.port, host: 'localhost' },
        tls: { ...DEFAULT_TLS, authorities: authorities(secure) },
      },
      through(),
    ).reaches('connected');
    const made = connection(
      {
        ...{ protocol: 'wss', port: webSocket.port, host: 'localhost', path: '/mqtt' },
        tls: { ...DEFAULT_TLS, authorities: authorities(webSocket) },
      },
      through(),
    );
    await made.reaches('connected');
    await made.publish({ topic: 'a', payload: Buffer.alloc(30_000, 'x'), qos: 1, retain: false });
    await made.until('its own message', () => made.messages.length === 1);
    expect(made.messages[0]?.payload).toHaveLength(30_000);
  });

  test('a broker that is not there is told as the proxy says it', async () => {
    const failure = await connection({ port: await freePort() }, through()).fails();
    expect(failure).toMatchObject({ code: 'proxy-refused', retryable: true });
  });

  test('a proxy that is not there is not taken for the broker', async () => {
    const failure = await connection(
      { port: broker.port },
      { mode, port: await freePort() },
    ).fails();
    expect(failure).toMatchObject({ code: 'proxy-unreachable', retryable: true });
    expect(failure.technical).toContain('ECONNREFUSED');
  });

  test('username and password are asked for, refused and accepted', async () => {
    const locked = { mode, port: portOf(`${mode} locked`) };
    const good = mode === 'http' ? 'geheim' : PASSWORD;
    const without = await connection({ port: broker.port }, locked).fails();
    expect(without).toMatchObject({ code: 'proxy-credentials', retryable: false });
    const named = { ...locked, username: 'anna' };
    const wrong = await connection(
      { port: broker.port },
      named,
      new Map([['proxy-password', 'canary-wrong']]),
    ).fails();
    expect(wrong).toMatchObject({
      code: 'proxy-credentials',
      title: expect.stringContaining('refused'),
    });
    expect(JSON.stringify(wrong)).not.toContain('canary');
    const right = new Map([['proxy-password', good]] as const);
    await connection({ port: broker.port }, named, right).reaches('connected');
  });

  test('what stands in the list of exceptions goes past it', async () => {
    const gone = { mode, port: await freePort() };
    await connection({ port: broker.port }, { ...gone, exceptions: '127.0.0.0/8' }).reaches(
      'connected',
    );
  });
});

test('the system’s settings are asked for the broker’s address, and followed', async () => {
  const asked: string[] = [];
  const system = (url: string): string => {
    asked.push(url);
    return `SOCKS5 anna:${encodeURIComponent(PASSWORD)}@127.0.0.1:${String(portOf('socks5 locked'))}; DIRECT`;
  };
  const none = new Map<SecretName, string>();
  await connection({ port: broker.port }, { mode: 'system' }, none, system).reaches('connected');
  expect(asked).toEqual([`https://127.0.0.1:${String(broker.port)}/`]);
  await connection({ port: broker.port }, { mode: 'system' }).reaches('connected');
  const odd = () => 'QUIC anna:canary@proxy:1';
  const failure = await connection({ port: broker.port }, { mode: 'system' }, none, odd).fails();
  expect(failure.code).toBe('proxy-failed');
  expect(JSON.stringify(failure)).not.toContain('canary');
});

/** A server that says something to whoever comes. */
async function startTalker(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('what says nothing is named: the proxy, the encryption, the WebSocket, not only the broker', async () => {
  const port = await startTalker((socket) => socket.resume());
  const place = { host: '127.0.0.1', port, path: '/mqtt' };
  const raw = async (profile: StreamProfile): Promise<unknown> => {
    const options = { profile, timeoutMs: 200, authorities: [], maxMessageBytes: 1_000 };
    const error: unknown = await openStream(options, new AbortController().signal).catch(
      (failed: unknown) => failed,
    );
    return error instanceof StreamError ? error.raw : error;
  };
  const proxy = { ...DEFAULT_PROXY, mode: 'http', host: '127.0.0.1', port } as const;
  expect(await raw({ ...place, protocol: 'mqtt', proxy })).toMatchObject({
    ...{ kind: 'proxy', reason: 'silent', proxy: `127.0.0.1:${String(port)}` },
  });
  expect(await raw({ ...place, protocol: 'mqtts' })).toMatchObject({ waitingFor: 'tls' });
  expect(await raw({ ...place, protocol: 'ws' })).toMatchObject({ waitingFor: 'websocket' });
});

test('a hostile proxy is bounded: endless headers, garbage, a flood, a hang-up', async () => {
  let sent = 0;
  const endless = await startTalker((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = (): void => {
        if (socket.destroyed) return;
        sent += 1_000;
        socket.write(`X-Header: ${'x'.repeat(988)}\r\n`, () => setImmediate(more));
      };
      more();
    });
  });
  const overflow = await connection({ port: 1883 }, { mode: 'http', port: endless }).fails();
  expect(overflow).toMatchObject({
    code: 'proxy-failed',
    technical: expect.stringContaining('Header overflow'),
  });
  expect(sent).toBeLessThan(5_000_000);

  const garbage = await startTalker((socket) => {
    socket.write(Buffer.alloc(100_000, 0xff));
  });
  for (const mode of ['http', 'socks5'] as const) {
    const failure = await connection({ port: 1883 }, { mode, port: garbage }).fails();
    expect(failure.code).toBe('proxy-failed');
  }
  const silent = await startTalker((socket) => {
    socket.once('data', () => socket.end());
  });
  for (const mode of ['http', 'socks5'] as const) {
    const failure = await connection({ port: 1883 }, { mode, port: silent }).fails();
    expect(failure.code).toBe('proxy-failed');
  }
  const rude = await startTalker((socket) => {
    socket.once('data', () => socket.end(`HTTP/1.1 503 ${'\u202e'}${'no '.repeat(1_000)}\r\n\r\n`));
  });
  const refused = await connection({ port: 1883 }, { mode: 'http', port: rude }).fails();
  expect(refused.code).toBe('proxy-refused');
  expect(refused.advice.length).toBeLessThan(500);
  expect(refused.advice).not.toContain('\u202e');
});

test('a proxy that never answers is given up, and cancelling closes what was opened', async () => {
  let closed = 0;
  const mute = await startTalker((socket) => {
    socket.on('close', () => (closed += 1));
    socket.resume();
  });
  for (const mode of ['http', 'socks5'] as const) {
    const made = connection({ port: 1883 }, { mode, port: mute });
    await made.disconnect();
    expect(made.state.kind).toBe('disconnected');
  }
  expect(closed).toBeLessThanOrEqual(2);
});

test('a socket in the file system is a protocol of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-socket-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const socketPath = join(folder, 'broker.sock');
  const local = await startMosquitto({ config: [`listener 0 ${socketPath}`] });
  onTestFinished(() => local.dispose());
  const unix = { protocol: 'unix', port: 1883, socketPath } as const;
  const made = connection(unix, {});
  await made.reaches('connected');
  await made.publish({ topic: 'a', payload: Buffer.from('by socket'), qos: 1, retain: false });
  await made.until('its own message', () => made.payloadsOf('a').length === 1);
  const gone = { ...unix, socketPath: join(folder, 'gone.sock') };
  const failure = await connection(gone, {}).fails();
  expect(failure).toMatchObject({ code: 'socket-missing', retryable: true });
  expect(failure.title).toContain('gone.sock');
});

const linkLocal = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses
    .filter(({ address, family }) => family === 'IPv6' && address.startsWith('fe80:'))
    .map(({ address }) => `${address}%${name}`),
)[0];

test.skipIf(linkLocal === undefined)(
  'an address of one link is reached through that link',
  async () => {
    const host = linkLocal ?? '';
    const local = await startMosquitto({ host, websockets: false });
    onTestFinished(() => local.dispose());
    await connection({ host, port: local.port }, {}).reaches('connected');
    const web = await startMosquitto({ host: '::', websockets: true });
    onTestFinished(() => web.dispose());
    await connection({ protocol: 'ws', host, port: web.port, path: '/' }, {}).reaches('connected');
  },
);

test('headers, authorization and subprotocol of a WebSocket arrive as they were set', async () => {
  const heard = new Promise<string>((resolve) => {
    void startTalker((socket) => {
      socket.once('data', (bytes) => {
        resolve(bytes.toString('latin1'));
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      });
    }).then((port) => {
      connection(
        {
          ...{ protocol: 'ws', port, path: '/mqtt?tenant=7' },
          webSocket: {
            ...DEFAULT_WEB_SOCKET,
            subprotocol: 'mqttv3.1',
            headers: [{ name: 'X-Tenant', value: 'plant é' }],
          },
        },
        {},
        new Map([['websocket-authorization', 'Bearer canary']]),
      );
    });
  });
  const request = await heard;
  expect(request).toMatch(/^GET \/mqtt\?tenant=7 HTTP\/1\.1\r\n/u);
  expect(request).toContain('X-Tenant: plant é\r\n');
  expect(request).toContain('Authorization: Bearer canary\r\n');
  expect(request).toContain('Sec-WebSocket-Protocol: mqttv3.1\r\n');
});
