/** A server is not trusted: what it must not send ends the connection, and says what it was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { DEFAULT_CONNECT_SETTINGS } from '../../app/connect-settings';
import { testConnection } from '../helpers/connection';
import type { TestConnection } from '../helpers/connection';
import { LARGE, ROWS, type Row, type Version } from '../helpers/hostile-packets';
import { PacketScanner } from '../../main/engine/mqtt/packet-scanner';
import { PacketRules } from '../../main/engine/mqtt/rules/packet-rules';

/** Answers CONNECT and SUBSCRIBE byte by byte as written here, and keeps what the client says at the end. */
class RawServer {
  sends: Buffer = Buffer.alloc(0);
  isFirst = false;
  isSuback = false;
  isDeaf = false;
  version: Version = '5';
  written: Buffer = Buffer.alloc(0);
  closedAfterMs = 0;
  onClosed: () => void = () => undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      this.written = Buffer.alloc(0);
      let sentMs = 0;
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        this.written = Buffer.concat([this.written, chunk]);
        if (sentMs > 0) return;
        const isFive = this.version === '5';
        if (chunk[0] === 0x10) {
          if (this.isFirst) sentMs = performance.now();
          socket.write(
            this.isFirst ? this.sends : Buffer.from(isFive ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]),
          );
        } else if (chunk[0] === 0x82) {
          const id = chunk.subarray(2, 4);
          if (this.isSuback) {
            id.copy(this.sends, 2);
            sentMs = performance.now();
            socket.write(this.sends);
            return;
          }
          const codes = isFive ? [0, 2] : [2];
          socket.write(
            Buffer.concat([Buffer.from([0x90, 2 + codes.length]), id, Buffer.from(codes)]),
          );
          sentMs = performance.now();
          socket.write(this.sends);
          if (this.isDeaf) socket.pause();
        }
      });
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.closedAfterMs = performance.now() - sentMs;
        this.onClosed();
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const server = new RawServer();
let port = 0;
beforeAll(async () => {
  port = await server.listen();
});
afterAll(() => server.close());

/** What of a row the server sends. */
type Sent = Pick<Row, 'bytes' | 'before' | 'first' | 'suback' | 'receiveMaximum'>;

function start(
  { bytes, before = '', first, suback, receiveMaximum }: Sent,
  version: Version,
): TestConnection {
  server.sends = Buffer.from(before + bytes, 'hex');
  server.isFirst = first === true;
  server.isSuback = suback === true;
  server.version = version;
  const connect = { ...DEFAULT_CONNECT_SETTINGS, receiveMaximum: receiveMaximum ?? null };
  const client = testConnection({ port, version, connect }, { reconnectDelayMs: () => 60_000 });
  client.connect();
  return client;
}

const cases = ROWS.flatMap((each) => each.versions.map((version) => ({ ...each, version })));

describe('a server that is not trusted', () => {
  it('is tried with more than sixty different sequences', () => {
    expect(new Set(cases.map(({ bytes, version }) => `${version} ${bytes}`)).size).toBeGreaterThan(
      100,
    );
  });

  // The time is that of a machine that others use too: what is always late is late three times.
  it.each(cases)('$version [$section] $name', { retry: 2 }, async (each) => {
    const { expected, version, bytes, section } = each;
    if ('topic' in expected) {
      const marker = version === '5' ? '30070003656e6400 00' : '30060003656e6400';
      const client = start({ bytes: bytes + marker.replaceAll(' ', '') }, version);
      await client.until('what follows is heard', () => client.payloadsOf('end').length > 0);
      const topics = client.messages.map(({ topic }) => topic);
      expect(topics).toEqual(expected.topic === null ? ['end'] : [expected.topic, 'end']);
      expect(client.state.kind).toBe('connected');
      expect(client.refused).toEqual([]);
      await client.disconnect();
      return;
    }
    const isClosed = new Promise<void>((resolve) => {
      server.onClosed = resolve;
    });
    const client = start(each, version);
    await isClosed;
    expect(server.closedAfterMs).toBeLessThan(1_000);
    const { failure } = await (each.first === true
      ? client.reaches('failed')
      : client.reaches('reconnecting'));
    expect(`${failure.title} ${failure.technical}`).toMatch(expected.says);
    const code = expected.reason === LARGE ? 'packet-too-large' : 'protocol-error';
    expect(failure.code).toBe(code);
    if (expected.reason > 0) {
      expect(failure.technical).toContain(`[${section}]`);
      // The bytes are shown, the first 32 of the packet.
      const offending = each.suback === true ? server.sends.toString('hex') : bytes;
      const shown = offending.slice(0, 64).replace(/..(?=.)/gu, '$& ');
      expect(failure.technical).toContain(shown);
      const reason = expected.reason.toString(16);
      expect(failure.technical).toContain(`0x${reason.toUpperCase()}`);
      const end = server.written.subarray(-3).toString('hex');
      if (version === '5') expect(end).toBe(`e001${reason}`);
      else expect(server.written.indexOf(0xe0)).toBe(-1);
    }
    await client.disconnect();
  });
});

/** What a scanner says of a stream in pieces of this size: the rule that was broken, and what went on to the parser. */
function scanned(
  { bytes, first, before = '', receiveMaximum = 65_535 }: Row,
  version: Version,
  pieceBytes: number,
): unknown {
  const forwarded: Buffer[] = [];
  const rules = new PacketRules({
    ...{ version, cleanStart: true, authenticates: false },
    ...{ receiveMaximum, topicAliasMaximum: 0 },
  });
  const scanner = new PacketScanner(64 * 1024 * 1024, {
    forward: (piece) => {
      forwarded.push(piece);
    },
    refused: () => undefined,
    rules,
  });
  const accepted = version === '5' ? '2003000000' : '20020000';
  const stream = Buffer.from((first === true ? '' : accepted) + before + bytes, 'hex');
  for (let from = 0; from < stream.length; from += pieceBytes) {
    const violation = scanner.scan(stream.subarray(from, from + pieceBytes));
    if (violation === null) continue;
    const rule = 'violation' in violation ? { ...violation.violation, bytes: null } : null;
    return { kind: violation.kind, rule, before: Buffer.concat(forwarded).toString('hex') };
  }
  return { before: Buffer.concat(forwarded).toString('hex') };
}

describe('what is found', () => {
  it.each(cases)('is the same at every cut: $version [$section] $name', (each) => {
    const whole = scanned(each, each.version, 1_000);
    for (let pieceBytes = 1; pieceBytes < 12; pieceBytes += 1)
      expect(scanned(each, each.version, pieceBytes)).toEqual(whole);
  });
});

describe('a server that always breaks the protocol', () => {
  it('is tried again at growing distances, and after five times no more', async () => {
    server.sends = Buffer.from('3603000161', 'hex');
    server.isFirst = false;
    server.isSuback = false;
    server.version = '5';
    const attempts: number[] = [];
    const client = testConnection(
      { port },
      {
        reconnectDelayMs: (attempt) => {
          attempts.push(attempt);
          return 10;
        },
      },
    );
    client.connect();
    const failure = await client.fails();
    // Each time it was connected, and each time the next delay is that of a later attempt.
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(failure).toMatchObject({ code: 'protocol-error', retryable: false });
    expect(failure.advice).toContain('5 times in a row');
    expect(client.states.filter(({ kind }) => kind === 'connected').length).toBeGreaterThanOrEqual(
      5,
    );
    // A person may try again.
    server.sends = Buffer.alloc(0);
    client.connect();
    await client.reaches('connected');
    await client.disconnect();
  });
});

describe('a server that reads nothing any more', () => {
  it('is not waited for when it has broken the protocol', async () => {
    server.isDeaf = true;
    const client = start({ bytes: '3603000161' }, '5');
    const { failure } = await client.reaches('reconnecting');
    expect(failure.technical).toContain('QoS 3');
    server.isDeaf = false;
    await client.disconnect();
  });
});

describe('a server that sends faster than what it sends can be kept', () => {
  it('has to wait: what is taken from it is bounded, and goes on when there is room', async () => {
    const packet = floodPacket(64 * 1024);
    let offeredBytes = 0;
    let flooded: Socket | null = null;
    const flood = (): void => {
      const socket = flooded;
      while (socket?.writable === true && offeredBytes < MOST_OFFERED_BYTES) {
        offeredBytes += packet.length;
        if (!socket.write(packet)) return;
      }
    };
    const flooder = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('drain', flood);
      socket.on('data', (chunk: Buffer) => {
        if (chunk[0] === 0x10) socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
        if (chunk[0] !== 0x82) return;
        socket.write(Buffer.from([0x90, 4, chunk[2] ?? 0, chunk[3] ?? 0, 0, 0]));
        flooded = socket;
        flood();
      });
    });
    await new Promise<void>((resolve) => flooder.listen(0, '127.0.0.1', resolve));
    const { port: floodPort } = flooder.address() as AddressInfo;
    const waiting: (() => void)[] = [];
    const client = testConnection(
      { port: floodPort, version: '5' },
      { onMessage: (_message, done) => waiting.push(done) },
    );
    client.connect();
    await client.until('the flood begins', () => waiting.length > 0);
    const takenBytes = (): number => offeredBytes - (flooded?.writableLength ?? 0);
    await stands(takenBytes);
    // Two buffers of the system, and what one packet needs: nothing of it grows with what the server has.
    expect(takenBytes()).toBeLessThan(MOST_TAKEN_BYTES);
    const heard = waiting.length;
    expect(heard * packet.length).toBeLessThan(MOST_TAKEN_BYTES);
    for (const done of waiting.splice(0)) done();
    await client.until('it goes on', () => waiting.length > 0);
    for (const done of waiting.splice(0)) done();
    await client.disconnect();
    flooder.close();
  });
});

const MOST_OFFERED_BYTES = 512 * 1024 * 1024;
const MOST_TAKEN_BYTES = 64 * 1024 * 1024;

/** A PUBLISH with QoS 0 to `a` (MQTT 5). */
function floodPacket(payloadBytes: number): Buffer {
  const length = 4 + payloadBytes;
  const size = [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14];
  return Buffer.concat([
    Buffer.from([0x30, ...size, 0, 1, 0x61, 0]),
    Buffer.alloc(payloadBytes, 0x2e),
  ]);
}

/** Waits until a number has not changed for a while. */
async function stands(read: () => number): Promise<void> {
  let last = Number.NaN;
  for (let same = 0; same < 20;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const now = read();
    same = now === last ? same + 1 : 0;
    last = now;
  }
}
