import { expect, it } from 'vitest';
import { decodePacket } from '../../../app/mqtt/decode-packet';
import { maskedHex, maskedHexDump, packetText } from '../../../app/mqtt/packet-text';

const PUBLISH = Uint8Array.from([0x33, 8, 0, 1, 0x61, 0, 7, 0x68, 0x69, 0x0a]);

it('writes a packet as lines of fields, hidden characters as escapes', () => {
  const options = { version: '3.1.1', isFromServer: true, missing: 'not-kept' } as const;
  const text = packetText(decodePacket(PUBLISH, { ...options, sizeBytes: PUBLISH.length }));
  expect(text.split('\n')).toEqual([
    'Fixed header',
    '  Packet type: PUBLISH (3)',
    '  DUP: no',
    '  QoS: 1',
    '  RETAIN: yes',
    '  Remaining Length: 8',
    'Topic Name: a',
    'Packet Identifier: 7',
    'Payload: hi\\n',
  ]);
});

it('writes asterisks for what is masked', () => {
  expect(maskedHex(PUBLISH, [{ from: 7, to: 9 }])).toBe('33 08 00 01 61 00 07 ** ** 0a');
  const long = new Uint8Array(18).fill(0x41);
  expect(maskedHexDump(long, [{ from: 15, to: 17 }])).toBe(
    '000000  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 **  AAAAAAAAAAAAAAA*\n' +
      `000010  ${'** 41'.padEnd(48)}  *A`,
  );
  expect(maskedHexDump(PUBLISH.subarray(0, 2), [], 10_000_017)).toMatch(
    /^000000 {2}33 08 [^\n]*\n… 10,000,015 bytes more, not kept$/u,
  );
});
