import { hexCode } from '../reason-codes';
import type { FieldReader } from './field-reader';
import { readProperties } from './read-properties';

const USERNAME = 0x80;
const PASSWORD = 0x40;
const WILL_RETAIN = 0x20;
const WILL = 0x04;
const CLEAN = 0x02;

/** CONNECT (§3.1). Its version is its own: see `connectVersion`. @returns what to say of it */
export function readConnect(reader: FieldReader): string {
  readProtocol(reader);
  const flags = readFlags(reader);
  const keepAlive = reader.uint16('Keep Alive', (seconds) =>
    seconds === 0 ? 'off' : `${String(seconds)} s`,
  );
  readProperties(reader, 'CONNECT');
  const clientId = reader.text('Client Identifier');
  if ((flags & WILL) !== 0) readWill(reader);
  if ((flags & USERNAME) !== 0) reader.text('User Name');
  if ((flags & PASSWORD) !== 0) reader.secret('Password');
  const { version } = reader.options;
  const start = (flags & CLEAN) === 0 ? 'resumes its session' : 'starts clean';
  return [
    `MQTT ${version}`,
    clientId === '' ? 'no client identifier' : clientId,
    start,
    `keep alive ${String(keepAlive)} s`,
    ...((flags & WILL) === 0 ? [] : ['with a will']),
  ].join(', ');
}

function readProtocol(reader: FieldReader): void {
  const name = reader.text('Protocol Name');
  const level = reader.byte('Protocol Version');
  if (name !== 'MQTT' && name !== 'MQIsdp') {
    reader.complain(`The protocol is named “${name.slice(0, 20)}”`, 'protocol-name');
  }
  if (level < 3 || level > 5) {
    reader.fail(`There is no MQTT of protocol version ${String(level)}`, 'protocol-level');
  }
}

function readFlags(reader: FieldReader): number {
  let flags = 0;
  reader.group('Connect Flags', () => {
    flags = reader.flags('Connect Flags');
    const at = reader.position - 1;
    const bit = (name: string, mask: number): void => {
      reader.note(name, (flags & mask) === 0 ? 'no' : 'yes', at);
    };
    bit('User Name Flag', USERNAME);
    bit('Password Flag', PASSWORD);
    bit('Will Retain', WILL_RETAIN);
    reader.note('Will QoS', String((flags >> 3) & 3), at);
    bit('Will Flag', WILL);
    bit(reader.isFive ? 'Clean Start' : 'Clean Session', CLEAN);
    complainOfFlags(reader, flags);
    return hexCode(flags);
  });
  return flags;
}

function complainOfFlags(reader: FieldReader, flags: number): void {
  const willQoS = (flags >> 3) & 3;
  const hasWill = (flags & WILL) !== 0;
  if ((flags & 1) !== 0) reader.complain('The reserved connect flag is set', 'connect-reserved');
  if (willQoS === 3) reader.complain('The will has QoS 3', 'will-qos');
  if (!hasWill && willQoS > 0) reader.complain('There is a will QoS and no will', 'will-flags');
  if (!hasWill && (flags & WILL_RETAIN) !== 0) {
    reader.complain('Will Retain is set and there is no will', 'will-retain');
  }
  if (!reader.isFive && (flags & PASSWORD) !== 0 && (flags & USERNAME) === 0) {
    reader.complain('There is a password and no user name', 'password-alone');
  }
}

function readWill(reader: FieldReader): void {
  reader.group('Will', () => {
    readProperties(reader, 'will', 'Will Properties');
    const topic = reader.text('Will Topic');
    reader.binary('Will Payload');
    return topic;
  });
}
