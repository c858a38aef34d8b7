/** Sparkplug B payloads, as an edge node makes them. */
import protobuf from 'protobufjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.mjs';

const source = readFileSync(join(root, 'main/engine/decoding/sparkplug-b.proto'), 'utf8');
const payloadType = protobuf.parse(source, { keepCase: true }).root.lookupType('sparkplug.Payload');

/** @param payload fields by the names of the specification: `metrics`, `seq`, `timestamp` */
export function sparkplugPayload(payload: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(payloadType.encode(payloadType.fromObject(payload)).finish());
}
