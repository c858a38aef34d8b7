import { hexCode } from '../../../../app/reason-codes';
import { protocolError } from './broken-rule';

const COMMON = [0x80, 0x83, 0x87, 0x97];
const PUBLISHED = [0x00, 0x10, ...COMMON, 0x90, 0x91, 0x99];
const RELEASED = [0x00, 0x92];

/** The reason codes that a server may send with each packet (MQTT 5.0 §2.4), by the packet's type. */
const ALLOWED: ReadonlyMap<number, ReadonlySet<number>> = new Map(
  (
    [
      [
        2,
        [
          0x00,
          ...COMMON,
          0x81,
          0x82,
          0x84,
          0x85,
          0x86,
          0x88,
          0x89,
          0x8a,
          0x8c,
          0x90,
          0x95,
          0x99,
          0x9a,
          0x9b,
          0x9c,
          0x9d,
          0x9f,
        ],
      ],
      [4, PUBLISHED],
      [5, PUBLISHED],
      [6, RELEASED],
      [7, RELEASED],
      [9, [0x00, 0x01, 0x02, ...COMMON, 0x8f, 0x91, 0x9e, 0xa1, 0xa2]],
      [11, [0x00, 0x11, ...COMMON, 0x8f, 0x91]],
      [
        14,
        [
          0x00,
          ...COMMON,
          0x81,
          0x82,
          0x89,
          0x8b,
          0x8d,
          0x8e,
          0x8f,
          0x90,
          0x93,
          0x94,
          0x95,
          0x96,
          0x98,
          0x99,
          0x9a,
          0x9b,
          0x9c,
          0x9d,
          0x9e,
          0x9f,
          0xa0,
          0xa1,
          0xa2,
        ],
      ],
      [15, [0x00, 0x18]],
    ] as const
  ).map(([type, codes]) => [type, new Set<number>(codes)]),
);

/** The sections that list them. */
const SECTIONS: ReadonlyMap<number, string> = new Map([
  [2, 'MQTT-3.2.2-8'],
  [4, 'MQTT-3.4.2-1'],
  [5, 'MQTT-3.5.2-1'],
  [6, 'MQTT-3.6.2-1'],
  [7, 'MQTT-3.7.2-1'],
  [9, 'MQTT-3.9.3-2'],
  [11, 'MQTT-3.11.3-2'],
  [14, 'MQTT-3.14.2-1'],
  [15, 'MQTT-3.15.2-1'],
]);

/** QoS 0, 1, 2 and failure: all that 3.1.1 has (§3.9.3). */
const RETURN_CODES_3 = new Set([0x00, 0x01, 0x02, 0x80]);

/** @throws BrokenRule for a reason code of MQTT 5 that this type of packet must not have */
export function checkReason(type: number, code: number): void {
  if (ALLOWED.get(type)?.has(code) === true) return;
  protocolError(
    SECTIONS.get(type) ?? '§2.4',
    `the reason code ${hexCode(code)}, which this packet must not have`,
  );
}

/** @throws BrokenRule for a return code that a SUBACK of MQTT 3 must not have */
export function checkReturnCode(code: number): void {
  if (!RETURN_CODES_3.has(code))
    protocolError('MQTT-3.9.3-2', `a SUBACK with the reserved return code ${hexCode(code)}`);
}
