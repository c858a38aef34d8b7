import { Buffer } from 'node:buffer';
import { variableByteInteger } from './variable-byte-integer';

const AUTH = 0xf0;
const AUTHENTICATION_METHOD = 0x15;
const AUTHENTICATION_DATA = 0x16;

/** An AUTH packet (MQTT 5.0 §3.15), for the one that mqtt.js has no call for: the start of a re-authentication. */
export function authPacket(reasonCode: number, method: string, data: Uint8Array): Buffer {
  const name = Buffer.from(method);
  const properties = Buffer.concat([
    Buffer.from([AUTHENTICATION_METHOD]),
    twoBytes(name.length),
    name,
    Buffer.from([AUTHENTICATION_DATA]),
    twoBytes(data.length),
    data,
  ]);
  const body = Buffer.concat([
    Buffer.from([reasonCode]),
    variableByteInteger(properties.length),
    properties,
  ]);
  return Buffer.concat([Buffer.from([AUTH]), variableByteInteger(body.length), body]);
}

/** Two Byte Integer (MQTT 5.0 §1.5.2). */
function twoBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
