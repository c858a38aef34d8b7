import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { packetPropertiesOf } from '../../../main/engine/message-properties';
import { publishProblem } from '../../../main/engine/mqtt/publish-limits';

const USER_PROPERTY = 0x26;

/** A PUBLISH to `a` without payload. */
function packet(userProperties: ReadonlyArray<readonly [string, string]>): Buffer {
  const properties = packetPropertiesOf({ userProperties });
  if (!properties) throw new Error('no properties');
  return mqttPacket.generate(
    { cmd: 'publish', topic: 'a', payload: '', qos: 0, dup: false, retain: false, properties },
    { protocolVersion: 5 },
  );
}

function pair(name: string, value: string): Buffer {
  const text = (one: string): Buffer =>
    Buffer.concat([Buffer.from([0, Buffer.byteLength(one)]), Buffer.from(one)]);
  return Buffer.concat([Buffer.from([USER_PROPERTY]), text(name), text(value)]);
}

test('user properties are sent in their order, also those of the same name and odd ones', () => {
  const pairs = [
    ['b', '1'],
    ['a', 'ä'],
    ['b', '2'],
    ['2', ''],
    ['1', 'x'],
    ['__proto__', 'y'],
    ['b', '1'],
  ] as const;
  const bytes = packet(pairs);
  const expected = Buffer.concat(pairs.map(([name, value]) => pair(name, value)));
  expect(bytes.subarray(-expected.length).equals(expected)).toBe(true);
});

test('the size of a packet is known before it is made', () => {
  const properties = {
    payloadFormatIndicator: true,
    messageExpiryInterval: 5,
    contentType: 'ä',
    responseTopic: 'r/s',
    correlationData: new Uint8Array(130),
    userProperties: [['a', 'b']] as const,
  };
  const message = {
    topic: 'a',
    payload: new Uint8Array(3),
    qos: 1,
    retain: false,
    properties,
  } as const;
  const sent = mqttPacket.generate(
    {
      ...{ cmd: 'publish', topic: 'a', payload: Buffer.alloc(3), qos: 1, dup: false },
      ...{ retain: false, messageId: 1, properties: packetPropertiesOf(properties) ?? {} },
    },
    { protocolVersion: 5 },
  );
  const limits = { maximumQoS: 2, retainAvailable: true, receiveMaximum: 10 } as const;
  expect(publishProblem(message, { ...limits, maximumPacketBytes: sent.length }, '5')).toBeNull();
  expect(publishProblem(message, { ...limits, maximumPacketBytes: sent.length - 1 }, '5')).toMatch(
    new RegExp(`this one has ${String(sent.length)} bytes`),
  );
});
