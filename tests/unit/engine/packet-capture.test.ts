import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { PacketFilter } from '../../../app/contract-packets';
import type { Violation } from '../../../app/mqtt-violation';
import { decodePacket, summaryOf } from '../../../app/mqtt/decode-packet';
import { defaultProfileFields } from '../../../app/profile';
import { GuardedStream } from '../../../main/engine/mqtt/guard';
import type { StreamTap } from '../../../main/engine/mqtt/stream-tap';
import type { LinkProfile } from '../../../main/engine/mqtt/types';
import type { Kept } from '../../../main/engine/packets/kept';
import { PacketLog } from '../../../main/engine/packets/packet-log';
import { PacketList } from '../../../main/engine/packets/packet-list';
import { PacketRing } from '../../../main/engine/packets/packet-ring';
import { Capture } from '../../../main/engine/packets/pcap';
import { StreamWatch, type WatchedPacket } from '../../../main/engine/packets/stream-watch';
import { randomFrom } from '../../helpers/random';
import { randomPackets } from '../../helpers/random-packets';

const NO_LIMIT = 268_435_460;
const FACTS = { version: '5', maxPacketBytes: NO_LIMIT } as const;
const AT_START = { remainingBytes: 0, unread: [], isFirst: true };
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0]);

/** What a server may send after its CONNACK, packet for packet. */
function serverPackets(seed: number, count: number): Buffer[] {
  const packets = [...randomPackets(seed, '5', count * 3)];
  const sendable = packets.filter(
    ({ isFromServer, packet }) =>
      isFromServer && packet.cmd !== 'connack' && packet.cmd !== 'pubrel',
  );
  return [CONNACK, ...sendable.slice(0, count).map(({ bytes }) => bytes)];
}

function cutAnywhere(bytes: Buffer, random: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + Math.floor(random() * (random() < 0.3 ? 8 : 3_000));
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

const hex = (packets: readonly { readonly bytes: Uint8Array }[]): string[] =>
  packets.map(({ bytes }) => Buffer.from(bytes).toString('hex'));

describe('a packet that ended its connection', () => {
  const SETTINGS = { ...defaultProfileFields(), version: '5' } as LinkProfile;

  /** Sends packets as the server's, then closes because of a violation; returns the rows of a filter. */
  function closedBy(packets: readonly string[], wrong: string, filter: PacketFilter): string[] {
    const log = new PacketLog(() => 0);
    log.setMode('on');
    let tap: StreamTap | null = null;
    const stream = {
      tap: (next: StreamTap | null) => {
        tap = next;
        return { remainingBytes: 0, unread: [], isFirst: false };
      },
    };
    const watched = log.opened(stream, { profile: SETTINGS, maxPacketBytes: NO_LIMIT });
    const list = new PacketList(log.ring, filter);
    const send = tap as StreamTap | null;
    for (const packet of packets) send?.received(Buffer.from(packet, 'hex'));
    // It was looked at before it was known to be wrong.
    list.follow();
    const violation: Violation = {
      kind: 'topic-alias',
      ...{ reasonCode: 0x94, section: 'MQTT-3.1.2-26', packetType: 3 },
      ...{ words: 'a PUBLISH with the topic alias 7', offset: 0, bytes: Buffer.from(wrong, 'hex') },
    };
    watched.closed({ kind: 'malformed', message: '', violation });
    list.follow();
    return list.rows(0, 100).map((entry) => {
      if (entry.kind === 'event')
        return entry.packet === null ? 'event' : `event: ${String(entry.packet)}`;
      const { type, problem } = entry.summary;
      return `${String(entry.id)} ${String(type)} ${problem === null ? '' : `${problem.words} ${problem.section}`}`;
    });
  }

  const ALIAS = '3006000003230007';
  const SOUND = '30050001610078';
  const open: PacketFilter = { direction: null, types: [], topic: '', errorsOnly: false };
  const said =
    'The connection was closed because of it: a PUBLISH with the topic alias 7. MQTT 5.0 [MQTT-3.1.2-26]';

  it('says so, though it is sound by itself, and is where the end leads to', () => {
    const rows = closedBy([SOUND, ALIAS, SOUND], ALIAS, open);
    expect(rows).toEqual(['event', '2 PUBLISH ', `3 PUBLISH ${said}`, '4 PUBLISH ', 'event: 3']);
  });

  it('is listed among what is wrong, at its place', () => {
    const rows = closedBy([SOUND, ALIAS, SOUND], ALIAS, { ...open, errorsOnly: true });
    expect(rows).toEqual([`3 PUBLISH ${said}`, 'event: 3']);
  });
});

describe('StreamWatch', () => {
  it('cuts a stream into its packets, wherever the chunks end', () => {
    const random = randomFrom(1);
    for (let round = 0; round < 40; round++) {
      const packets = serverPackets(round, 60).filter(({ length }) => length <= 16_384);
      const seen: WatchedPacket[] = [];
      const watch = new StreamWatch(FACTS, AT_START, (packet) => seen.push(packet));
      for (const chunk of cutAnywhere(Buffer.concat(packets), random)) watch.received(chunk);
      watch.end();
      const isSecret = (bytes: Buffer): boolean => bytes[0] === 0xf0;
      expect(hex(seen).filter((text) => !text.startsWith('f0'))).toEqual(
        hex(packets.filter((bytes) => !isSecret(bytes)).map((bytes) => ({ bytes }))),
      );
      expect(seen).toHaveLength(packets.length);
    }
  });

  it('begins with the next whole packet of a stream that it joins, whatever is held back', async () => {
    const random = randomFrom(2);
    for (let round = 0; round < 60; round++) {
      const packets = serverPackets(round + 100, 40).filter(
        (bytes) => bytes.length <= 16_384 && bytes[0] !== 0xf0,
      );
      const socket = new PassThrough();
      const held: (() => void)[] = [];
      const guard = new GuardedStream(socket, {
        maxPacketBytes: NO_LIMIT,
        onRefused: () => undefined,
        onViolation: (violation) => {
          throw new Error(JSON.stringify(violation));
        },
        onSocketError: () => undefined,
        direct: {
          hasProperties: true,
          isUsed: true,
          // Every other message holds everything up until it is let go below.
          onMessage: (_message, done) => {
            if (random() < 0.5) done();
            else held.push(done);
          },
        },
      });
      const reader = new PassThrough();
      reader.resume();
      guard.pipe(reader);
      const chunks = cutAnywhere(Buffer.concat(packets), random);
      const joinsAt = Math.floor(random() * chunks.length);
      const seen: WatchedPacket[] = [];
      for (const [index, chunk] of chunks.entries()) {
        if (index === joinsAt) {
          const place = guard.tap(null);
          guard.tap(new StreamWatch(FACTS, place, (packet) => seen.push(packet)));
        }
        socket.emit('data', chunk);
        if (random() < 0.3) for (const done of held.splice(0)) done();
      }
      const all = hex(packets.map((bytes) => ({ bytes })));
      expect(hex(seen)).toEqual(all.slice(all.length - seen.length));
      // Nothing is missing at the front but the packet that had begun and what was handled before.
      const before = Buffer.concat(chunks.slice(0, joinsAt)).length;
      const missed = Buffer.concat(packets.slice(0, packets.length - seen.length)).length;
      const longest = Math.max(...packets.map(({ length }) => length));
      expect(missed).toBeLessThanOrEqual(before + longest);
      guard.destroy();
      await Promise.resolve();
    }
  });

  it('keeps the beginning of a large packet, and of one that never came whole', () => {
    const seen: WatchedPacket[] = [];
    const watch = new StreamWatch(FACTS, AT_START, (packet) => seen.push(packet));
    watch.received(CONNACK);
    // 256 MB are announced; nothing is set aside for them.
    watch.received(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61, 0]));
    for (let sent = 0; sent < 100; sent++) watch.received(Buffer.alloc(1_000));
    watch.end();
    const [, large] = seen;
    expect(large?.bytes.length).toBe(16 * 1024);
    expect(large?.options).toMatchObject({ sizeBytes: 268_435_460, missing: 'not-come' });
    expect(large?.summary.problem?.words).toContain('before the whole packet had come');
    expect(large?.summary.topic).toBe('a');
  });

  it('stops at a Remaining Length that has no end', () => {
    const seen: WatchedPacket[] = [];
    const watch = new StreamWatch(FACTS, AT_START, (packet) => seen.push(packet));
    watch.received(Buffer.concat([CONNACK, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1, 2])]));
    watch.received(CONNACK);
    expect(seen).toHaveLength(2);
    expect(hex(seen)[1]).toBe('30ffffffff0102');
    expect(seen[1]?.summary.problem?.section).toBe('MQTT 5.0 §2.1.4');
  });
});

function entry(id: number, bytes: readonly number[]): Kept {
  const kept = Uint8Array.from(bytes);
  const options = {
    ...({ version: '3.1.1', isFromServer: true, missing: 'not-kept' } as const),
    sizeBytes: kept.length,
  };
  return {
    ...{ kind: 'packet', id, timeUs: id, connection: 1, bytes: kept, masked: [], options },
    ...{ summary: summaryOf(decodePacket(kept, options)), answers: null, answer: null },
  };
}

const OPEN: PacketFilter = { direction: null, types: [], topic: '', errorsOnly: false };
const PUBLISH = [0x30, 3, 0, 1, 0x61];
const PINGRESP = [0xd0, 0];

describe('PacketRing and PacketList', () => {
  it('stay within their limits, count what fell out, and keep the numbers of rows', () => {
    const ring = new PacketRing({ packets: 1_000, bytes: 1e9 });
    const lists = [OPEN, { ...OPEN, types: ['PUBLISH'] as const }, { ...OPEN, topic: 'A' }];
    const open = lists.map((filter) => new PacketList(ring, filter));
    const random = randomFrom(3);
    const all: Kept[] = [];
    for (let step = 0; step < 60; step++) {
      for (let count = Math.floor(random() * 300); count > 0; count--) {
        const one = entry(ring.nextId, random() < 0.3 ? PUBLISH : PINGRESP);
        all.push(one);
        ring.add(one);
      }
      const kept = all.slice(-1_000);
      expect(ring.kept.packets).toBe(kept.length);
      expect(ring.dropped.packets).toBe(all.length - kept.length);
      for (const [at, list] of open.entries()) {
        list.follow();
        const fits = (one: Kept): boolean =>
          at === 0 || (one.kind === 'packet' && one.summary.type === 'PUBLISH');
        const wanted = kept.filter(fits);
        expect(list.total).toBe(wanted.length);
        expect(list.removed).toBe(all.filter(fits).length - wanted.length);
        expect(list.rows(list.removed, 2_000)).toEqual(wanted);
        expect(list.rows(list.removed + 7, 3)).toEqual(wanted.slice(7, 10));
        const some = wanted[5];
        if (some) expect(list.rowOf(some.id)).toBe(list.removed + 5);
        expect(list.rowOf(ring.firstId - 1)).toBeNull();
      }
    }
    ring.clear();
    expect([ring.size, ring.kept.bytes, ring.dropped.packets]).toEqual([0, 0, 0]);
  });

  it('stay within a limit of bytes', () => {
    const ring = new PacketRing({ packets: 1e6, bytes: 100_000 });
    for (let id = 1; id <= 50; id++)
      ring.add(entry(id, [0x30, 0, ...Array<number>(10_000).fill(0)]));
    expect(ring.kept.bytes).toBeLessThanOrEqual(100_000);
    expect(ring.size).toBeGreaterThan(5);
    expect(ring.size + ring.dropped.packets).toBe(50);
  });
});

describe('Capture', () => {
  it('writes packets as the segments of a TCP connection, both ways with numbers that follow', () => {
    const capture = new Capture();
    const packets = [PUBLISH, PINGRESP, PUBLISH].map((bytes, at) => entry(at + 1, bytes));
    for (const one of packets) if (one.kind === 'packet') capture.add(one);
    const file = Buffer.from(capture.bytes);
    expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
    expect(file.readUInt32LE(20)).toBe(228);
    const numbers: number[] = [];
    const payloads: string[] = [];
    for (let at = 24; at < file.length;) {
      const length = file.readUInt32LE(at + 8);
      const ip = file.subarray(at + 16, at + 16 + length);
      expect(ip.readUInt16BE(2)).toBe(length);
      numbers.push(ip.readUInt32BE(24));
      payloads.push(ip.subarray(40).toString('hex'));
      at += 16 + length;
    }
    expect(numbers).toEqual([1, 6, 8]);
    expect(payloads).toEqual(['3003000161', 'd000', '3003000161']);
  });
});
