import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../app/mqtt/decode-packet';
import { maskSecrets } from '../../../app/mqtt/mask-secrets';
import type { DecodedPacket, PacketField } from '../../../app/mqtt/packet-field';
import { PACKET_TYPES } from '../../../app/mqtt/packet-types';
import type { MqttVersion } from '../../../app/profile';
import { randomFrom } from '../../helpers/random';
import { PROTOCOL_VERSIONS, randomPackets, type RandomPacket } from '../../helpers/random-packets';

const VERSIONS: readonly MqttVersion[] = ['3.1', '3.1.1', '5'];

describe('decodePacket', () => {
  it.each(VERSIONS)(
    'reads what mqtt-packet wrote, every byte of it in a field, MQTT %s',
    (version) => {
      const seen = new Set<string | null>();
      for (const one of randomPackets(1, version, 1_500)) {
        const decoded = decode(one);
        expect(decoded.problem, describeOf(one)).toBeNull();
        expect(decoded.type?.toLowerCase()).toBe(one.packet.cmd);
        expect(decoded.packetId).toBe(hasId(one.packet) ? (one.packet.messageId ?? null) : null);
        compareContents(one.packet, decoded);
        expect(uncovered(decoded, one.bytes.length), describeOf(one)).toEqual([]);
        seen.add(decoded.type);
      }
      expect(seen.size).toBe(version === '5' ? PACKET_TYPES.length : PACKET_TYPES.length - 1);
    },
  );

  it('shows every property with its name and value', () => {
    for (const one of randomPackets(2, '5', 1_500)) {
      const { packet } = one;
      const values = decode(one).fields.map(({ value }) => value);
      const { properties } = packet as { properties?: Record<string, unknown> };
      for (const value of Object.values(properties ?? {})) {
        if (typeof value === 'string') expect(values).toContain(value);
        if (typeof value === 'number')
          expect(values.some((text) => text.split(' ')[0] === String(value))).toBe(true);
      }
    }
  });

  it.each(VERSIONS)('never throws and stays bounded on cut packets, MQTT %s', (version) => {
    for (const one of randomPackets(3, version, 150)) {
      for (let length = 0; length < Math.min(one.bytes.length, 200); length++) {
        const cut = one.bytes.subarray(0, length);
        for (const missing of ['not-kept', 'not-come'] as const) {
          const { version: spoken, isFromServer } = one;
          const options = { version: spoken, isFromServer, sizeBytes: one.bytes.length, missing };
          const decoded = decodePacket(cut, options);
          expectBounded(decoded, length);
          // What is missing is said, and is no mistake of the packet.
          if (length > 0) {
            expect(decoded.problem, describeOf(one)).toBeNull();
            expect(decoded.fields.some(({ kind }) => kind === 'cut')).toBe(true);
          }
        }
      }
    }
  });

  it('never throws and stays bounded on random bytes', () => {
    const random = randomFrom(4);
    for (let round = 0; round < 20_000; round++) {
      const bytes = randomBytes(random, 80);
      const version = VERSIONS[round % 3] ?? '5';
      const options = { version, isFromServer: random() < 0.5, missing: 'not-kept' } as const;
      expectBounded(decodePacket(bytes, { ...options, sizeBytes: bytes.length }), bytes.length);
      expectBounded(decodePacket(bytes, { ...options, sizeBytes: 1_000_000 }), bytes.length);
    }
  });

  it('complains of what mqtt-packet refuses', () => {
    const random = randomFrom(5);
    const silent: string[] = [];
    let refused = 0;
    for (const version of VERSIONS) {
      for (const one of randomPackets(6, version, 6_000)) {
        if (one.bytes.length > 400) continue;
        const bytes = changed(one.bytes, random);
        const message = refusal(bytes, version);
        if (message === null) continue;
        refused += 1;
        const { isFromServer } = one;
        const options = {
          version,
          isFromServer,
          sizeBytes: bytes.length,
          missing: 'not-kept',
        } as const;
        if (decodePacket(bytes, options).problem === null)
          silent.push(`${message}: ${bytes.toString('hex')}`);
      }
    }
    expect(refused).toBeGreaterThan(1_000);
    expect(silent).toEqual([]);
  });

  it('says what is wrong, and where the specification says so', () => {
    expect(problemOf([0x36, 0x04, 0, 1, 0x61, 0], '5')).toBe(
      'A PUBLISH with QoS 3. MQTT 5.0 §3.3.1.2 [MQTT-3.3.1-4]',
    );
    expect(problemOf([0x36, 0x04, 0, 1, 0x61, 0], '3.1.1')).toContain('MQTT 3.1.1 §3.3.1.2');
    expect(problemOf([0x20, 0x03, 0, 0, 0], '5')).toBe('none');
    expect(problemOf([0x60, 0x02, 0, 1], '5')).toContain('[MQTT-2.1.3-1]');
    expect(problemOf([0x90, 0x03, 0, 0, 1], '3.1.1')).toContain('The packet identifier is 0');
    expect(problemOf([0x10, 0x00], '5')).toContain('No server may send a packet of type CONNECT');
    expect(problemOf([0x30, 0xff, 0xff, 0xff, 0xff, 0x01], '5')).toContain('more than four bytes');
    expect(problemOf([0x30, 0x05, 0, 1, 0x61, 1, 0x7e], '5')).toContain(
      'There is no property 0x7E',
    );
    expect(problemOf([0x30, 0x09, 0, 1, 0x61, 5, 0x01, 0, 0x01, 0, 0x99], '5')).toContain('twice');
  });

  it('lists thousands of topic filters as far as anybody reads, and says so', () => {
    const topics = Array.from({ length: 5_000 }, (_, index) => ({
      topic: String(index),
      qos: 0 as const,
    }));
    const bytes = mqttPacket.generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: topics,
    });
    const options = { version: '3.1.1', isFromServer: false, missing: 'not-kept' } as const;
    const { fields, about } = decodePacket(bytes, { ...options, sizeBytes: bytes.length });
    expect(fields.length).toBeLessThan(2_010);
    expect(fields.at(-1)?.value).toMatch(/^[\d,]+ more, not listed$/u);
    expect(about).toBe('5000 topic filters');
  });
});

describe('maskSecrets', () => {
  const SECRET = 'canary-7f3a';

  it('leaves nothing of a password or of authentication data, in what is shown and in the bytes', () => {
    const five = { authenticationMethod: 'X', authenticationData: Buffer.from(SECRET) };
    const packets = [
      {
        cmd: 'connect',
        clientId: 'c',
        username: 'u',
        password: Buffer.from(SECRET),
        properties: five,
      },
      { cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: five },
      { cmd: 'auth', reasonCode: 0x18, properties: five },
    ];
    for (const packet of packets) {
      const bytes = mqttPacket.generate(
        { protocolId: 'MQTT', protocolVersion: 5, ...packet } as unknown as Packet,
        { protocolVersion: 5 },
      );
      const isFromServer = packet.cmd !== 'connect';
      const options = { version: '5', isFromServer, missing: 'not-kept' } as const;
      for (let length = 1; length <= bytes.length; length++) {
        const kept = Uint8Array.from(bytes.subarray(0, length));
        const { decoded } = maskSecrets(kept, { ...options, sizeBytes: bytes.length });
        const all = `${JSON.stringify(decoded)} ${Buffer.from(kept).toString('latin1')}`;
        expect(all).not.toContain(SECRET.slice(0, 4));
      }
      const whole = Uint8Array.from(bytes);
      const { decoded, masked } = maskSecrets(whole, { ...options, sizeBytes: bytes.length });
      expect(masked).toHaveLength(packet.cmd === 'connect' ? 2 : 1);
      expect(JSON.stringify(decoded)).toContain(`${String(SECRET.length)} bytes, not shown`);
      // Taken apart again without the secrets, it is the same.
      expect(decodePacket(whole, { ...options, sizeBytes: bytes.length })).toEqual(decoded);
    }
  });

  it('takes a broken packet apart in the same way when what could not be read was masked', () => {
    const packet = {
      ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'client' },
      ...{ username: 'user', password: Buffer.from(SECRET), keepalive: 60 },
      properties: { authenticationMethod: 'X', sessionExpiryInterval: 7 },
    };
    const sound = mqttPacket.generate(packet as unknown as Packet, { protocolVersion: 5 });
    const random = randomFrom(7);
    let broken = 0;
    for (let round = 0; round < 5_000; round++) {
      const bytes = Uint8Array.from(sound);
      bytes[9 + Math.floor(random() * (bytes.length - 9))] = Math.floor(random() * 256);
      const options = {
        ...({ version: '5', isFromServer: false, missing: 'not-kept' } as const),
        sizeBytes: bytes.length,
      };
      const { decoded, unread } = maskSecrets(bytes, options);
      if (unread !== null) broken += 1;
      expect(decodePacket(bytes, { ...options, unread }).fields).toEqual(decoded.fields);
    }
    expect(broken).toBeGreaterThan(500);
  });
});

function decode({ bytes, version, isFromServer }: RandomPacket): DecodedPacket {
  return decodePacket(bytes, {
    version,
    isFromServer,
    sizeBytes: bytes.length,
    missing: 'not-kept',
  });
}

function describeOf({ packet, bytes }: RandomPacket): string {
  return `${JSON.stringify(packet)} ${bytes.toString('hex')}`;
}

function hasId(packet: Packet): boolean {
  return packet.cmd !== 'publish' || packet.qos > 0;
}

function compareContents(packet: Packet, decoded: DecodedPacket): void {
  if (packet.cmd === 'publish') {
    expect(decoded.topic).toBe(packet.topic);
    const { qos, retain, dup } = packet;
    expect(decoded.flags).toEqual({ qos, retain, dup });
  } else if (packet.cmd === 'subscribe') {
    expect(decoded.topic).toBe(packet.subscriptions.map(({ topic }) => topic).join('\n'));
  } else if (packet.cmd === 'connack') {
    expect(decoded.reason?.code).toBe(packet.reasonCode ?? packet.returnCode);
    expect(decoded.about.startsWith('session present')).toBe(packet.sessionPresent);
  } else if (packet.cmd === 'suback') {
    expect(decoded.reason?.code).toBe(Math.max(...(packet.granted as number[])));
  }
}

/** Bytes that stand in no field that is not a group. */
function uncovered({ fields }: DecodedPacket, length: number): number[] {
  const covered = new Uint8Array(length);
  for (const { kind, from, to } of fields) if (kind !== 'group') covered.fill(1, from, to);
  return [...covered.keys()].filter((at) => covered[at] === 0);
}

function expectBounded({ fields }: DecodedPacket, length: number): void {
  expect(fields.length).toBeLessThan(2_010);
  expect(fields.every((field) => isWithin(field, length))).toBe(true);
}

function isWithin({ from, to, value }: PacketField, length: number): boolean {
  return from >= 0 && from <= to && to <= length && value.length < 1_100;
}

function randomBytes(random: () => number, most: number): Buffer {
  const length = Math.floor(random() * most);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** One byte behind the fixed header changed. */
function changed(bytes: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = random() < 0.3 ? 0 : 2 + Math.floor(random() * (copy.length - 2));
  if (at < copy.length) copy[at] = Math.floor(random() * 256);
  return copy;
}

/** Why mqtt-packet does not take the bytes; null when it does, or waits for more. */
function refusal(bytes: Buffer, version: MqttVersion): string | null {
  const parser = mqttPacket.parser({ protocolVersion: PROTOCOL_VERSIONS.get(version) ?? 4 });
  let message: string | null = null;
  parser.on('error', (error: Error) => (message = error.message));
  try {
    parser.parse(bytes);
  } catch (error) {
    message = String(error);
  }
  return message;
}

function problemOf(bytes: readonly number[], version: MqttVersion): string {
  const options = {
    version,
    isFromServer: true,
    sizeBytes: bytes.length,
    missing: 'not-kept',
  } as const;
  const { problem } = decodePacket(Uint8Array.from(bytes), options);
  return problem === null ? 'none' : `${problem.words} ${problem.section}`;
}
