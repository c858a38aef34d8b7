import { isUtf8 } from 'node:buffer';
import type { Buffer } from 'node:buffer';
import { BrokenRule, malformed, protocolError } from './broken-rule';

type Form = 'byte' | 'two' | 'four' | 'variable' | 'text' | 'binary' | 'pair';

interface Rule {
  readonly name: string;
  readonly form: Form;
  /** Bit n: a server may send it with packets of type n (MQTT 5.0 §2.2.2.2). */
  readonly types: number;
  readonly section: string;
  /** Bounds of a number's value. */
  readonly least?: number;
  readonly most?: number;
  /** It may come more than once. */
  readonly repeats?: true;
}

export const PUBLISH = 3;
const CONNACK = 2;
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const TOPIC_ALIAS = 0x23;
/** So many bytes of properties are many thousands of them: each becomes an object in memory. */
export const MAX_PROPERTY_BYTES = 1024 * 1024;

const CONNACK_ONLY = 1 << CONNACK;
const PUBLISH_ONLY = 1 << PUBLISH;
const REASONED = [2, 4, 5, 6, 7, 9, 11, 14, 15].reduce((types, type) => types | (1 << type), 0);
const FLAG = { form: 'byte', types: CONNACK_ONLY, most: 1 } as const;

const RULES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [
    0x01,
    {
      name: 'Payload Format Indicator',
      form: 'byte',
      types: PUBLISH_ONLY,
      section: '§3.3.2.3.2',
      most: 1,
    },
  ],
  [
    0x02,
    { name: 'Message Expiry Interval', form: 'four', types: PUBLISH_ONLY, section: '§3.3.2.3.3' },
  ],
  [0x03, { name: 'Content Type', form: 'text', types: PUBLISH_ONLY, section: '§3.3.2.3.9' }],
  [0x08, { name: 'Response Topic', form: 'text', types: PUBLISH_ONLY, section: '§3.3.2.3.5' }],
  [0x09, { name: 'Correlation Data', form: 'binary', types: PUBLISH_ONLY, section: '§3.3.2.3.6' }],
  [
    SUBSCRIPTION_IDENTIFIER,
    {
      name: 'Subscription Identifier',
      form: 'variable',
      types: PUBLISH_ONLY,
      section: '§3.3.2.3.8',
      least: 1,
      repeats: true,
    },
  ],
  [
    0x11,
    { name: 'Session Expiry Interval', form: 'four', types: CONNACK_ONLY, section: '§3.2.2.3.2' },
  ],
  [
    0x12,
    {
      name: 'Assigned Client Identifier',
      form: 'text',
      types: CONNACK_ONLY,
      section: '§3.2.2.3.7',
    },
  ],
  [0x13, { name: 'Server Keep Alive', form: 'two', types: CONNACK_ONLY, section: '§3.2.2.3.14' }],
  [
    0x15,
    {
      name: 'Authentication Method',
      form: 'text',
      types: CONNACK_ONLY | (1 << 15),
      section: '§3.15.2.2.2',
    },
  ],
  [
    0x16,
    {
      name: 'Authentication Data',
      form: 'binary',
      types: CONNACK_ONLY | (1 << 15),
      section: '§3.15.2.2.3',
    },
  ],
  [
    0x1a,
    { name: 'Response Information', form: 'text', types: CONNACK_ONLY, section: '§3.2.2.3.15' },
  ],
  [
    0x1c,
    {
      name: 'Server Reference',
      form: 'text',
      types: CONNACK_ONLY | (1 << 14),
      section: '§3.2.2.3.16',
    },
  ],
  [0x1f, { name: 'Reason String', form: 'text', types: REASONED, section: '§3.2.2.3.9' }],
  [
    0x21,
    { name: 'Receive Maximum', form: 'two', types: CONNACK_ONLY, section: '§3.2.2.3.3', least: 1 },
  ],
  [0x22, { name: 'Topic Alias Maximum', form: 'two', types: CONNACK_ONLY, section: '§3.2.2.3.8' }],
  [TOPIC_ALIAS, { name: 'Topic Alias', form: 'two', types: PUBLISH_ONLY, section: '§3.3.2.3.4' }],
  [0x24, { name: 'Maximum QoS', section: '§3.2.2.3.4', ...FLAG }],
  [0x25, { name: 'Retain Available', section: '§3.2.2.3.5', ...FLAG }],
  [
    0x26,
    {
      name: 'User Property',
      form: 'pair',
      types: REASONED | PUBLISH_ONLY,
      section: '§3.3.2.3.7',
      repeats: true,
    },
  ],
  [
    0x27,
    {
      name: 'Maximum Packet Size',
      form: 'four',
      types: CONNACK_ONLY,
      section: '§3.2.2.3.6',
      least: 1,
    },
  ],
  [0x28, { name: 'Wildcard Subscription Available', section: '§3.2.2.3.11', ...FLAG }],
  [0x29, { name: 'Subscription Identifiers Available', section: '§3.2.2.3.12', ...FLAG }],
  [0x2a, { name: 'Shared Subscription Available', section: '§3.2.2.3.13', ...FLAG }],
]);

/** Of which properties something else depends. */
export interface ReadProperties {
  /** Where they end. */
  end: number;
  topicAlias: number | null;
}

/**
 * Reads the properties of a packet from their length on (MQTT 5.0 §2.2.2), up to `end` at most.
 * @throws BrokenRule for what no server may send
 */
export function checkProperties(
  bytes: Buffer,
  from: number,
  end: number,
  type: number,
): ReadProperties {
  const length = readVariable(bytes, from, end);
  const read: ReadProperties = { end: length.end + length.value, topicAlias: null };
  if (read.end > end) malformed('§2.2.2.1', 'properties that are longer than their packet');
  if (length.value > MAX_PROPERTY_BYTES) tooManyProperties(length.value);
  if (read.end > bytes.length) malformed('§2.2.2.1', 'properties that are cut');
  let lowSeen = 0;
  let highSeen = 0;
  for (let at = length.end; at < read.end;) {
    const identifier = readVariable(bytes, at, read.end);
    const rule = ruleFor(identifier.value, type);
    const bit = 1 << (identifier.value & 31);
    const seen = identifier.value < 32 ? lowSeen : highSeen;
    if ((seen & bit) !== 0 && rule.repeats !== true)
      protocolError(rule.section, `the property ${rule.name} more than once`);
    if (identifier.value < 32) lowSeen |= bit;
    else highSeen |= bit;
    at = checkValue(bytes, identifier.end, read, rule, type);
    if (identifier.value === TOPIC_ALIAS) read.topicAlias = bytes.readUInt16BE(identifier.end);
  }
  return read;
}

function tooManyProperties(length: number): never {
  const size = length.toLocaleString('en');
  throw new BrokenRule('too-large', '§2.2.2.1', `${size} bytes of properties`);
}

function ruleFor(identifier: number, type: number): Rule {
  const rule = RULES.get(identifier);
  if (rule === undefined)
    return malformed('§2.2.2.2', `a property with the unknown identifier ${String(identifier)}`);
  if (((rule.types >> type) & 1) === 0)
    return protocolError('§2.2.2.2', `the property ${rule.name}, which this packet must not have`);
  return rule;
}

/** Returns where the value ends. */
function checkValue(
  bytes: Buffer,
  from: number,
  { end }: ReadProperties,
  rule: Rule,
  type: number,
): number {
  switch (rule.form) {
    case 'byte':
      return checkNumber(bytes, from, 1, end, rule);
    case 'two':
      return checkNumber(bytes, from, 2, end, rule);
    case 'four':
      return checkNumber(bytes, from, 4, end, rule);
    case 'variable': {
      const value = readVariable(bytes, from, end);
      checkBounds(value.value, rule);
      return value.end;
    }
    case 'binary':
      return stringEnd(bytes, from, end);
    case 'text':
      return checkText(bytes, from, end, type);
    case 'pair':
      return checkText(bytes, checkText(bytes, from, end, type), end, type);
    default:
      return end;
  }
}

function checkNumber(bytes: Buffer, from: number, size: number, end: number, rule: Rule): number {
  if (from + size > end) cutProperty();
  checkBounds(bytes.readUIntBE(from, size), rule);
  return from + size;
}

function checkBounds(value: number, { name, section, least = 0, most = Infinity }: Rule): void {
  if (value < least || value > most)
    protocolError(section, `the property ${name} with the value ${String(value)}`);
}

/** Text that a broker only forwards is taken as it is: one client that sends rubbish must not end every connection. */
function checkText(bytes: Buffer, from: number, end: number, type: number): number {
  const textEnd = stringEnd(bytes, from, end);
  if (type !== PUBLISH && !isUtf8(bytes.subarray(from + 2, textEnd)))
    malformed('MQTT-1.5.4-1', 'a text that is not valid UTF-8');
  return textEnd;
}

function stringEnd(bytes: Buffer, from: number, end: number): number {
  if (from + 2 > end) cutProperty();
  const textEnd = from + 2 + bytes.readUInt16BE(from);
  if (textEnd > end) cutProperty();
  return textEnd;
}

function cutProperty(): never {
  return malformed('§2.2.2.2', 'a property that ends before its value');
}

/** A Variable Byte Integer (§1.5.5). */
export function readVariable(
  bytes: Buffer,
  from: number,
  end: number,
): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = from, scale = 1; at < Math.min(end, from + 4); at += 1, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return malformed(
    'MQTT-1.5.5-1',
    'a length of properties that is cut, or has more than four bytes',
  );
}
