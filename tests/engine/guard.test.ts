import { DEFAULT_CONNECT_SETTINGS } from '../../app/connect-settings';
import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { Duplex, PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../main/engine/demo/plant';
import { GuardedStream } from '../../main/engine/mqtt/guard';
import { PacketScanner } from '../../main/engine/mqtt/packet-scanner';
import { PasswordAlone } from '../../main/engine/mqtt/password-alone';
import type { StreamViolation } from '../../main/engine/mqtt/packet-scanner';
import type { RefusedPublish } from '../../main/engine/mqtt/refused-publish';
import { testConnection } from '../helpers/connection';
import { startMosquitto } from '../helpers/mosquitto';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';
import { PATIENCE } from '../helpers/patience';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const NO_LIMIT = 268_435_460;
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0]);

interface Scan {
  readonly bytes: Buffer;
  readonly refused: RefusedPublish[];
  readonly violation: StreamViolation | null;
}

/** Feeds the chunks until a violation. */
function scan(chunks: readonly Buffer[], maxPacketBytes = NO_LIMIT): Scan {
  const forwarded: Buffer[] = [];
  const refused: RefusedPublish[] = [];
  const scanner = new PacketScanner(maxPacketBytes, {
    forward: (bytes) => {
      forwarded.push(bytes);
    },
    refused: (packet) => {
      refused.push(packet);
    },
  });
  let violation: StreamViolation | null = null;
  for (const chunk of chunks) violation ??= scanner.scan(chunk);
  return { bytes: Buffer.concat(forwarded), refused, violation };
}

function publish(topic: string, payloadBytes: number, qos: 0 | 1 | 2 = 0, messageId = 1): Packet {
  const payload = Buffer.alloc(payloadBytes, topic);
  return {
    cmd: 'publish',
    topic,
    payload,
    qos,
    dup: false,
    retain: false,
    ...(qos > 0 ? { messageId } : {}),
  };
}

const encode = (packet: Packet): Buffer => mqttPacket.generate(packet, { protocolVersion: 5 });

/** What a server may send, with payloads around the limits of the length encoding. */
function randomPackets(random: () => number, count: number): Packet[] {
  const sizes = [0, 1, 50, 110, 120, 127, 128, 500, 16_370, 16_384, 20_000];
  return Array.from({ length: count }, (_, index): Packet => {
    const pick = random();
    if (pick < 0.1) return { cmd: 'pingresp' };
    if (pick < 0.2) return { cmd: 'puback', messageId: index + 1, reasonCode: 0 };
    if (pick < 0.3) return { cmd: 'suback', messageId: index + 1, granted: [0, 1, 2, 128] };
    const size = sizes[Math.floor(random() * sizes.length)]!;
    return publish(
      `topic/${String(index)}/ä✓`,
      size,
      Math.floor(random() * 3) as 0 | 1 | 2,
      index + 1,
    );
  });
}

describe('the packet scanner', () => {
  it('lets valid packets pass byte by byte, whatever the cuts', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 200; round += 1) {
      const stream = Buffer.concat([CONNACK, ...randomPackets(random, 30).map(encode)]);
      const chunks: Buffer[] = [];
      const longest = [1, 2, 7, 100, 5_000, 70_000][round % 6]!;
      for (let from = 0; from < stream.length;) {
        const to = Math.min(stream.length, from + 1 + Math.floor(random() * longest));
        chunks.push(stream.subarray(from, to));
        from = to;
      }
      const { bytes, refused, violation } = scan(chunks);
      expect({ refused, violation }).toEqual({ refused: [], violation: null });
      expect(bytes.equals(stream)).toBe(true);
    }
  });

  it('finds the same packets to be too large as their encoded lengths say, at every cut', () => {
    const limit = 130;
    const random = seededRandom(2);
    const packets = [CONNACK, ...randomPackets(random, 12).map(encode)].map((bytes) =>
      bytes.subarray(0),
    );
    const large = [encode(publish('large/ä', 200, 1, 513)), encode(publish('large/2', 17_000, 0))];
    const publishes = packets.filter((bytes) => bytes.length <= limit);
    const sequence = [publishes[0]!, large[0]!, ...publishes.slice(1), large[1]!, publishes[1]!];
    const stream = Buffer.concat(sequence);
    const expected = Buffer.concat(sequence.filter((bytes) => bytes.length <= limit));
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const { bytes, refused, violation } = scan(
        [stream.subarray(0, cut), stream.subarray(cut)],
        limit,
      );
      expect(violation).toBeNull();
      expect(bytes.equals(expected)).toBe(true);
      expect(refused).toEqual([
        { sizeBytes: large[0]!.length, qos: 1, topic: 'large/ä', packetId: 513 },
        { sizeBytes: large[1]!.length, qos: 0, topic: 'large/2', packetId: null },
      ]);
    }
  });

  it('passes a packet of exactly the limit', () => {
    const packet = encode(publish('a', 1_000));
    expect(scan([CONNACK, packet], packet.length).refused).toEqual([]);
    expect(scan([CONNACK, packet], packet.length - 1).refused).toHaveLength(1);
  });

  it('keeps nothing of a huge packet that is announced', () => {
    const head = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61]);
    const body = Buffer.alloc(1_000_000);
    const forwarded: Buffer[] = [];
    const scanner = new PacketScanner(1_000, {
      forward: (bytes) => {
        forwarded.push(bytes);
      },
      refused: () => undefined,
    });
    scanner.scan(CONNACK);
    scanner.scan(head);
    const before = process.memoryUsage().arrayBuffers;
    for (let part = 0; part < 200; part += 1) scanner.scan(body);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    expect(Buffer.concat(forwarded).equals(CONNACK)).toBe(true);
  });

  it('stops at a length of more than four bytes, at every cut, and passes on what came before', () => {
    const good = Buffer.concat([CONNACK, encode(publish('a', 3))]);
    const stream = Buffer.concat([good, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), good]);
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const { bytes, violation } = scan([stream.subarray(0, cut), stream.subarray(cut)]);
      expect(violation).toMatchObject({ kind: 'malformed' });
      expect(bytes.equals(good)).toBe(true);
    }
  });

  it('stops at packets that no server may send', () => {
    for (const type of [0, 1, 8, 10, 12]) {
      expect(scan([CONNACK, Buffer.from([type << 4, 0])]).violation).toMatchObject({
        kind: 'malformed',
      });
    }
    for (const type of [2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 15]) {
      expect(scan([CONNACK, Buffer.from([type << 4, 0])]).violation).toBeNull();
    }
  });

  it('wants a CONNACK first', () => {
    const { violation, bytes } = scan([Buffer.from('HTTP/1.1 400 Bad Request\r\n')]);
    expect(violation).toEqual({
      kind: 'not-mqtt',
      firstBytes: Uint8Array.from(Buffer.from('HTTP/1.1 400 Bad')),
    });
    expect(bytes).toHaveLength(0);
  });
});

describe('a CONNECT that is written anew', () => {
  const CONNECT: Packet = {
    cmd: 'connect',
    ...{ protocolId: 'MQTT', protocolVersion: 5, clean: true, clientId: 'press4', keepalive: 30 },
    ...{ username: '', password: Buffer.from('token') },
  };

  /** Writes its fields one by one, as mqtt.js does, and tells which of them are said to be written. */
  function writing(): {
    guard: GuardedStream;
    sent: () => Buffer;
    write: (bytes: number) => number[];
  } {
    const socket = new PassThrough();
    const guard = new GuardedStream(socket, {
      maxPacketBytes: NO_LIMIT,
      onRefused: () => undefined,
      onViolation: () => undefined,
      onSocketError: () => undefined,
      connect: new PasswordAlone('token'),
    });
    guard.on('error', () => undefined);
    const sent: Buffer[] = [];
    const write = socket.write.bind(socket);
    socket.write = (chunk: Buffer, ...rest: unknown[]) => {
      sent.push(Buffer.from(chunk));
      return (write as (...all: unknown[]) => boolean)(chunk, ...rest);
    };
    return {
      guard,
      sent: () => Buffer.concat(sent),
      write: (bytes) => {
        const told: number[] = [];
        for (const [at, byte] of encode(CONNECT).subarray(0, bytes).entries())
          guard.write(Buffer.of(byte), () => told.push(at));
        return told;
      },
    };
  }

  it('tells everybody who wrote a field when it is sent, and in order', async () => {
    const { sent, write } = writing();
    const all = encode(CONNECT).length;
    const told = write(all);
    await vi.waitFor(() => {
      expect(told).toEqual(Array.from({ length: all }, (_each, at) => at));
    }, PATIENCE);
    const parser = mqttPacket.parser();
    const packets: Packet[] = [];
    parser.on('packet', (packet) => packets.push(packet));
    parser.parse(sent());
    expect(packets[0]).toMatchObject({ cmd: 'connect', password: Buffer.from('token') });
    expect(packets[0]).not.toHaveProperty('username');
  });

  it.each(['destroy', 'end'] as const)('tells them too when it is cut short by %s', async (how) => {
    const { guard, sent, write } = writing();
    const told = write(10);
    guard[how]();
    await vi.waitFor(() => {
      expect(told).toHaveLength(10);
    }, PATIENCE);
    const late = vi.fn();
    guard.write(Buffer.of(0), late);
    await vi.waitFor(() => {
      expect(late).toHaveBeenCalledWith(expect.any(Error));
    }, PATIENCE);
    expect(sent()).toHaveLength(0);
  });
});

/** The way out of a socket, to be read by a test; nothing comes in. */
class Outgoing extends Duplex {
  largestBytes = 0;

  constructor(private readonly out: PassThrough) {
    super({ writableHighWaterMark: 64 * 1024 });
  }

  override _read(): void {
    // Nothing comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.largestBytes = Math.max(this.largestBytes, chunk.length);
    if (this.out.write(chunk)) done();
    else this.out.once('drain', done);
  }

  override _final(done: () => void): void {
    this.out.end(done);
  }
}

describe('the guarded stream', () => {
  it('writes what is large in pieces, in order, and knows what has not gone yet', async () => {
    const socket = new PassThrough({ highWaterMark: 64 * 1024 });
    const outgoing = new Outgoing(socket);
    const guard = new GuardedStream(outgoing, {
      maxPacketBytes: NO_LIMIT,
      onRefused: () => undefined,
      onViolation: () => undefined,
      onSocketError: () => undefined,
    });
    const large = Buffer.from(Uint8Array.from({ length: 3_000_001 }, (_, index) => index * 31));
    const parts = [Buffer.from('a'), Buffer.from('bc'), large, Buffer.from('d'), large];
    const whole = Buffer.concat(parts);
    for (const part of parts) guard.write(part);
    await new Promise((resolve) => setImmediate(resolve));
    expect(guard.unsentBytes).toBeGreaterThan(whole.length - 1_000_000);
    const heard: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      heard.push(chunk);
      if (guard.unsentBytes === 0 && !guard.writableEnded) guard.end();
    }
    expect(Buffer.concat(heard).equals(whole)).toBe(true);
    expect(outgoing.largestBytes).toBeLessThanOrEqual(256 * 1024);
  });

  it('pauses the socket while nobody reads, and loses nothing', async () => {
    const socket = new PassThrough({ highWaterMark: 64 * 1024 });
    const guard = new GuardedStream(socket, {
      maxPacketBytes: NO_LIMIT,
      onRefused: () => undefined,
      onViolation: () => undefined,
      onSocketError: () => undefined,
    });
    const packets = [CONNACK, ...Array.from({ length: 100 }, () => encode(publish('a', 50_000)))];
    let accepted = 0;
    const feed = (async () => {
      for (const bytes of packets) {
        if (!socket.write(bytes)) await new Promise((resolve) => socket.once('drain', resolve));
        accepted += bytes.length;
      }
    })();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(socket.isPaused()).toBe(true);
    expect(accepted).toBeLessThan(600_000);
    let heard = 0;
    guard.on('data', (bytes: Buffer) => {
      heard += bytes.length;
    });
    await feed;
    const total = packets.reduce((sum, bytes) => sum + bytes.length, 0);
    while (heard < total) await new Promise((resolve) => guard.once('data', resolve));
    expect(heard).toBe(total);
    guard.destroy();
  });
});

describe('a message over the limit', () => {
  it('is not even sent by a broker of MQTT 5 that is told the limit', async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.dispose());
    const client = testConnection({
      ...{ port: broker.port, version: '5', maximumPacketMegabytes: 1 },
      connect: { ...DEFAULT_CONNECT_SETTINGS, announceMaximumPacket: true },
    });
    cleanUps.push(() => client.disconnect());
    client.connect();
    await client.reaches('connected');
    for (const bytes of [2_000_000, 900_000]) {
      const payload = Buffer.alloc(bytes);
      await client.publish({ topic: `size/${String(bytes)}`, payload, qos: 0, retain: false });
    }
    await client.until('the small one', () => client.messages.length > 0);
    expect(client.messages.map(({ topic }) => topic)).toEqual(['size/900000']);
    expect(client.refused).toEqual([]);
  });

  it('is skipped and counted where a broker of MQTT 5 sends it all the same', async () => {
    const broker = await startScriptedBroker('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd !== 'subscribe') return;
      for (const qos of [0, 1, 2] as const) client.send(publish('huge', 20_000, qos, 7 + qos));
      client.send(publish('small', 5));
    });
    cleanUps.push(() => broker.close());
    const connect = { ...DEFAULT_CONNECT_SETTINGS, announceMaximumPacket: true };
    const profile = { port: broker.port, version: '5', connect } as const;
    const client = testConnection(profile, { maxPacketBytes: 10_000 });
    cleanUps.push(() => client.disconnect());
    client.connect();
    expect(await broker.heard('connect')).toMatchObject({
      properties: { maximumPacketSize: 10_000 },
    });
    await client.until('the small one', () => client.messages.length > 0);
    expect(client.refused).toHaveLength(3);
    expect(await broker.heard('puback')).toMatchObject({ messageId: 8, reasonCode: 0x97 });
    expect(await broker.heard('pubrec')).toMatchObject({ messageId: 9, reasonCode: 0x97 });
  });

  it('is named and skipped on a real broker, and the connection goes on', async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.dispose());
    const sender = testConnection({ port: broker.port, subscriptions: [] });
    sender.connect();
    await sender.reaches('connected');
    for (const version of ['3.1', '3.1.1', '5'] as const) {
      const client = testConnection({ port: broker.port, version }, { maxPacketBytes: 10_000 });
      cleanUps.push(() => client.disconnect());
      client.connect();
      await client.reaches('connected');
      // More than Mosquitto's window of 20 unacknowledged messages: each must be answered.
      for (let round = 0; round < 50; round += 1) {
        const qos = (round % 3) as 0 | 1 | 2;
        await sender.publish({ topic: 'huge', payload: Buffer.alloc(20_000), qos, retain: false });
      }
      await sender.publish({
        topic: 'small',
        payload: Buffer.from('still here'),
        qos: 2,
        retain: false,
      });
      await client.until('the small one', () => client.payloadsOf('small').length > 0);
      expect(client.payloadsOf('huge')).toEqual([]);
      expect(client.refused).toHaveLength(50);
      expect(client.refused[0]).toMatch(
        /^a message of 20,0\d\d bytes on huge is over the limit of 10,000 bytes$/u,
      );
      expect(client.states.map(({ kind }) => kind)).toEqual([
        'connecting',
        'connected',
        'connected',
      ]);
      await client.disconnect();
    }
    await sender.disconnect();
  });
});

describe('a sink that is slow', () => {
  it('holds back the broker instead of filling the memory', async () => {
    const total = 2_000;
    let flushed = false;
    const packets = Buffer.concat(
      Array.from({ length: total }, () => encode(publish('a', 20_000))),
    );
    const broker = await startScriptedBroker('5', (packet, client) => {
      friendly(packet, client);
      if (packet?.cmd === 'subscribe')
        client.socket.write(packets, () => {
          flushed = true;
        });
    });
    cleanUps.push(() => broker.close());
    let release: (() => void) | null = null;
    const client = testConnection(
      { port: broker.port },
      {
        onMessage: (_message, done) => {
          if (release === null) release = done;
          else done();
        },
      },
    );
    cleanUps.push(() => client.disconnect());
    client.connect();
    await client.until('the first message', () => release !== null);
    await client.reaches('connected').catch(() => undefined);
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 200; turn += 1)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect(client.messages).toHaveLength(1);
    expect(flushed).toBe(false);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    release!();
    await client.until('all', () => client.messages.length === total);
    expect(flushed).toBe(true);
  });
});
