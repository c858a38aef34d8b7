import type { Buffer } from 'node:buffer';
import { packetName } from '../../../../app/mqtt-violation';
import { malformed } from './broken-rule';

const ID_BYTES = 2;

/** @throws BrokenRule where there is no packet identifier, or the 0 that no packet may have (MQTT 5.0 §2.2.1) */
export function readPacketId(bytes: Buffer, type: number, from: number, end: number): number {
  if (end < from + ID_BYTES)
    malformed('§2.2.1', `a ${packetName(type)} that ends before its packet identifier`);
  const id = bytes.readUInt16BE(from);
  if (id === 0) malformed('MQTT-2.2.1-4', `a ${packetName(type)} with the packet identifier 0`);
  return id;
}
