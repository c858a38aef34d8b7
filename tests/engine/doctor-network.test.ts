import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { beginExamination, changes, examine, factOf, failedStep, stepOf } from '../helpers/doctor';
import { freePort, startMosquitto, type MosquittoOptions } from '../helpers/mosquitto';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function mosquitto(options: MosquittoOptions = {}): Promise<number> {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.dispose());
  return broker.port;
}

async function listen(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A port whose listener never takes a connection, with a full queue: what is sent to it is dropped, as by a firewall. */
async function silentPort(): Promise<number> {
  const worker = new Worker(
    `const { createServer } = require('node:net');
     const { parentPort } = require('node:worker_threads');
     const server = createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       parentPort.once('message', (memory) => Atomics.wait(new Int32Array(memory), 0, 0));
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const memory = new SharedArrayBuffer(4);
  worker.postMessage(memory);
  const sockets: Socket[] = [];
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    Atomics.store(new Int32Array(memory), 0, 1);
    Atomics.notify(new Int32Array(memory), 0);
    await worker.terminate();
  });
  // The queue is full when one is not answered any more.
  for (let isFull = false; !isFull && sockets.length < 20;) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    sockets.push(socket);
    isFull = await Promise.race([
      new Promise<boolean>((resolve) => socket.once('connect', () => resolve(false))),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500)),
    ]);
  }
  return port;
}

describe('a connection that works', () => {
  it('shows every step with its time, and says that everything works', async () => {
    const frame = await examine({ port: await mosquitto() });
    expect(frame.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      ...['resolve ok', 'tcp ok', 'connect ok', 'subscribe ok', 'ping ok', 'round-trip ok'],
    ]);
    expect(frame.steps.every(({ tookMs }) => tookMs !== null)).toBe(true);
    expect(frame.verdict).toMatchObject({ tone: 'good', title: 'Everything works.' });
    expect(frame.clientId).toMatch(/^loupe-doctor-[0-9a-f]{8}$/u);
    expect(factOf(frame, 'subscribe', 'plant/#')).toBe('granted');
    expect(factOf(frame, 'connect', 'MQTT version')).toBe('5');
  });

  it('leaves the message out when the person does not want one published', async () => {
    const frame = await examine({ port: await mosquitto() }, { publishes: false });
    expect(frame.steps.map(({ id }) => id)).not.toContain('round-trip');
    expect(frame.verdict?.tone).toBe('good');
  });

  it('works over WebSocket', async () => {
    const port = await mosquitto({ websockets: true });
    const frame = await examine({ port, protocol: 'ws' });
    expect(frame.verdict?.tone).toBe('good');
    expect(factOf(frame, 'websocket', 'Subprotocol')).toBe('mqtt');
  });

  it('tries all addresses of a name', async () => {
    const frame = await examine({ host: 'localhost', port: await mosquitto() });
    expect(['good', 'warn']).toContain(frame.verdict?.tone);
    expect(factOf(frame, 'tcp', '127.0.0.1')).toContain('connected');
  });
});

describe('a broker that is not reached', () => {
  it('knows an unknown host', async () => {
    const frame = await examine({ host: 'no-such-host.invalid', port: 1883 }, { hasNetwork: true });
    expect(failedStep(frame)).toBe('resolve');
    expect(frame.verdict?.title).toMatch(
      /^(?:There is no host named|The name) no-such-host\.invalid/u,
    );
    expect(stepOf(frame, 'connect').status).toBe('skipped');
  });

  it('knows a computer without a network', async () => {
    const frame = await examine(
      { host: 'no-such-host.invalid', port: 1883 },
      { hasNetwork: false },
    );
    expect(frame.verdict?.title).toBe('This computer is not connected to a network.');
  });

  it('knows a host that there is no way to', async () => {
    // RFC 5737's and RFC 3849's addresses for documentation belong to nobody.
    const frame = await examine({ host: '2001:db8::1', port: 1883 }, { hasNetwork: true });
    expect(failedStep(frame)).toBe('tcp');
    // With a way for IPv6 that leads nowhere, nothing tells it from a firewall.
    expect(frame.verdict?.title).toMatch(/^There is no way from here|does not answer\.$/u);
  });

  it('knows a port that nothing listens on', async () => {
    const port = await freePort();
    const frame = await examine({ port });
    expect(frame.verdict?.title).toBe(`Nothing is listening on 127.0.0.1:${String(port)}.`);
    expect(frame.verdict?.technical).toContain('ECONNREFUSED');
  });

  it('finds a usual port of the same host that is open', async () => {
    await listen(createServer(), 8883, '127.0.0.77');
    const frame = await examine({ host: '127.0.0.77', port: 1884 });
    expect(changes(frame)).toContainEqual({ port: 8883, protocol: 'mqtts' });
    expect(frame.verdict?.causes[0]).toContain('8883');
  });

  it('knows a port that swallows everything', async () => {
    const port = await silentPort();
    const frame = await examine({ port }, { limits: { addressMs: 500 } });
    expect(frame.verdict?.title).toBe(`127.0.0.1:${String(port)} does not answer.`);
    expect(frame.verdict?.causes.join(' ')).toContain('firewall');
  });
});

describe('a port that speaks something else', () => {
  it('knows a TLS port that is spoken to in plain MQTT', async () => {
    const port = await mosquitto({ tls: true });
    const frame = await examine({ port });
    expect(failedStep(frame)).toBe('connect');
    expect(frame.verdict?.title).toContain('expects an encrypted connection');
    expect(changes(frame)).toContainEqual({ protocol: 'mqtts' });
  });

  it('knows a plain port that is asked for TLS, and warns of going without', async () => {
    const frame = await examine({ port: await mosquitto(), protocol: 'mqtts' });
    expect(failedStep(frame)).toBe('tls');
    expect(frame.verdict?.title).toContain('does not use encryption');
    const [fix] = frame.verdict?.fixes ?? [];
    expect(fix).toMatchObject({ kind: 'change', change: { protocol: 'mqtt' } });
    expect(fix?.kind === 'change' && fix.confirm).toContain('anybody on the way');
  });

  it('knows a WebSocket port that is spoken to in plain MQTT', async () => {
    const frame = await examine({ port: await mosquitto({ websockets: true }) });
    expect(frame.verdict?.title).toContain('expects MQTT over WebSocket');
    expect(changes(frame)).toContainEqual({ protocol: 'ws', path: '/mqtt' });
  });

  it('knows a plain MQTT port that is asked for a WebSocket', async () => {
    const frame = await examine({ port: await mosquitto(), protocol: 'ws' });
    expect(failedStep(frame)).toBe('websocket');
    expect(frame.verdict?.title).toContain('expects MQTT without WebSocket');
    expect(changes(frame)).toContainEqual({ protocol: 'mqtt' });
  });

  it('knows a web server', async () => {
    const server = createHttpServer((_request, response) => response.writeHead(404).end('no'));
    const frame = await examine({ port: await listen(server) });
    expect(frame.verdict?.title).toContain('is a web server, not an MQTT broker');
  });
});

describe('the path of a WebSocket', () => {
  /** Upgrades at one path only, by handing on to a broker. */
  async function webServer(path: string, broker: number): Promise<number> {
    const server = createHttpServer((_request, response) => response.writeHead(404).end());
    server.on('upgrade', (request, socket: Socket) => {
      if (request.url !== path) {
        socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      const upstream = connect(broker, '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      const head = Object.entries(request.headers).map(
        ([name, value]) => `${name}: ${String(value)}`,
      );
      upstream.write(`GET ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
      socket.pipe(upstream).pipe(socket);
    });
    return listen(server);
  }

  it('is found where it is wrong', async () => {
    const port = await webServer('/mqtt', await mosquitto({ websockets: true }));
    const frame = await examine({ port, protocol: 'ws', path: '/wrong' });
    expect(failedStep(frame)).toBe('websocket');
    expect(frame.verdict?.title).toBe(
      'There is no broker at the path /wrong, but there is one at /mqtt.',
    );
    expect(changes(frame)).toContainEqual({ path: '/mqtt' });
  });

  it('is said to be wrong where no usual one is right either', async () => {
    const port = await webServer('/secret', await mosquitto({ websockets: true }));
    const frame = await examine({ port, protocol: 'ws', path: '/wrong' });
    expect(frame.verdict?.title).toContain('did not open a WebSocket at the path /wrong');
    expect(frame.verdict?.text).toContain('HTTP 404');
  });

  it('is not to blame when access is refused', async () => {
    const server = createHttpServer();
    server.on('upgrade', (_request, socket: Socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    );
    const frame = await examine({ port: await listen(server), protocol: 'ws' });
    expect(frame.verdict?.title).toContain('does not allow the WebSocket');
  });
});

describe('a proxy', () => {
  async function proxy(answer: string): Promise<number> {
    return listen(createServer((socket) => socket.once('data', () => socket.end(answer))));
  }

  it('that is down is said to be so, and not the broker', async () => {
    const port = await freePort();
    const frame = await examine({ port: 1883, host: 'broker.test' }, { proxy: { port } });
    expect(frame.verdict?.title).toBe(`The proxy 127.0.0.1:${String(port)} cannot be reached.`);
  });

  it('that wants credentials says so; wrong ones are told from none', async () => {
    const port = await proxy('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const none = await examine({ port: 1883, host: 'broker.test' }, { proxy: { port } });
    expect(failedStep(none)).toBe('proxy');
    expect(none.verdict?.title).toContain('wants a username and a password');
    const wrong = await examine(
      { port: 1883, host: 'broker.test' },
      { proxy: { port, username: 'anna', password: 'wrong' } },
    );
    expect(wrong.verdict?.title).toContain('refused its username or password');
  });

  it('that refuses, or is none, is told', async () => {
    const refusing = await proxy('HTTP/1.1 403 Forbidden\r\n\r\n');
    const frame = await examine({ port: 1883, host: 'broker.test' }, { proxy: { port: refusing } });
    expect(frame.verdict?.title).toContain('does not connect to broker.test:1883');
    const other = await proxy('220 mail.example.com ESMTP\r\n');
    const none = await examine({ port: 1883, host: 'broker.test' }, { proxy: { port: other } });
    expect(none.verdict?.title).toContain('does not answer as a proxy');
  });

  it('leads to the broker', async () => {
    const broker = await mosquitto();
    const server = createHttpServer();
    server.on('connect', (_request, socket: Socket) => {
      const upstream = connect(broker, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
    });
    const port = await listen(server);
    const frame = await examine({ port: 1883, host: 'broker.test' }, { proxy: { port } });
    expect(frame.verdict?.tone).toBe('good');
    expect(stepOf(frame, 'proxy').status).toBe('ok');
  });
});

describe('a run', () => {
  it('is broken off at once, and leaves nothing open', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    const port = await listen(server);
    const examination = beginExamination({ port });
    await new Promise<void>((resolve) =>
      server.on('connection', () => sockets.size > 1 || resolve()),
    );
    examination.cancel();
    await examination.done;
    const frame = examination.frame();
    expect(frame).toMatchObject({ state: 'cancelled', verdict: null });
    expect(frame.steps.map(({ status }) => status)).not.toContain('running');
    while (sockets.size > 0)
      await new Promise((resolve) => [...sockets][0]?.resume().once('close', resolve));
  });
});
