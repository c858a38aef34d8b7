import { LoupeError } from '../../../app/errors';
import type { MessageProperties } from '../../../app/message';

/** Property identifiers of MQTT 5.0 §2.2.2.2. */
const PAYLOAD_FORMAT_INDICATOR = 0x01;
const MESSAGE_EXPIRY_INTERVAL = 0x02;
const CONTENT_TYPE = 0x03;
const RESPONSE_TOPIC = 0x08;
const CORRELATION_DATA = 0x09;
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const TOPIC_ALIAS = 0x23;
const USER_PROPERTY = 0x26;

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Properties as bytes: pairs of the identifier of MQTT 5.0 §2.2.2.2 and the value; numbers and lengths are base-128
 * (7 bits a byte, lowest first). Not the exact wire format: text that came as invalid UTF-8 may have grown over the
 * 65,535 bytes that a wire string can have.
 */
export function encodeProperties(properties: MessageProperties): Uint8Array {
  const out: number[] = [];
  const { payloadFormatIndicator: format, messageExpiryInterval: expiry, topicAlias } = properties;
  if (format !== undefined) out.push(PAYLOAD_FORMAT_INDICATOR, format ? 1 : 0);
  if (expiry !== undefined) pushTagged(out, MESSAGE_EXPIRY_INTERVAL, expiry);
  if (topicAlias !== undefined) pushTagged(out, TOPIC_ALIAS, topicAlias);
  for (const identifier of properties.subscriptionIdentifiers ?? []) {
    pushTagged(out, SUBSCRIPTION_IDENTIFIER, identifier);
  }
  const chunks = [Uint8Array.from(out)];
  addText(chunks, CONTENT_TYPE, properties.contentType);
  addText(chunks, RESPONSE_TOPIC, properties.responseTopic);
  if (properties.correlationData) addBytes(chunks, [CORRELATION_DATA], properties.correlationData);
  for (const [name, value] of properties.userProperties ?? []) {
    addText(chunks, USER_PROPERTY, name);
    addBytes(chunks, [], utf8.encode(value));
  }
  return concat(chunks);
}

function addText(chunks: Uint8Array[], tag: number, value: string | undefined): void {
  if (value !== undefined) addBytes(chunks, [tag], utf8.encode(value));
}

function addBytes(chunks: Uint8Array[], head: number[], bytes: Uint8Array): void {
  pushNumber(head, bytes.length);
  chunks.push(Uint8Array.from(head), bytes);
}

function pushTagged(out: number[], tag: number, value: number): void {
  out.push(tag);
  pushNumber(out, value);
}

function pushNumber(out: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new LoupeError(
      'invalid-argument',
      `A property's number cannot be stored: ${String(value)}`,
    );
  }
  let left = value;
  // Division, because shifts end at 32 bits.
  for (; left > 0x7f; left = Math.floor(left / 0x80)) out.push((left % 0x80) + 0x80);
  out.push(left);
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/**
 * The properties that `encodeProperties` wrote.
 * @throws LoupeError `history-unavailable` when the bytes are damaged
 */
export function decodeProperties(bytes: Uint8Array): MessageProperties {
  const source = new Source(bytes);
  const found: { -readonly [Key in keyof MessageProperties]: MessageProperties[Key] } = {};
  const subscriptions: number[] = [];
  const pairs: (readonly [string, string])[] = [];
  while (!source.atEnd) {
    const tag = source.number();
    if (tag === PAYLOAD_FORMAT_INDICATOR) found.payloadFormatIndicator = source.number() === 1;
    else if (tag === MESSAGE_EXPIRY_INTERVAL) found.messageExpiryInterval = source.number();
    else if (tag === TOPIC_ALIAS) found.topicAlias = source.number();
    else if (tag === CONTENT_TYPE) found.contentType = source.text();
    else if (tag === RESPONSE_TOPIC) found.responseTopic = source.text();
    else if (tag === CORRELATION_DATA) found.correlationData = new Uint8Array(source.bytes());
    else if (tag === SUBSCRIPTION_IDENTIFIER) subscriptions.push(source.number());
    else if (tag === USER_PROPERTY) pairs.push([source.text(), source.text()]);
    else throw damaged();
  }
  if (subscriptions.length > 0) found.subscriptionIdentifiers = subscriptions;
  if (pairs.length > 0) found.userProperties = pairs;
  return found;
}

class Source {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined || scale > Number.MAX_SAFE_INTEGER) throw damaged();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  bytes(): Uint8Array {
    const length = this.number();
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw damaged();
    const part = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return part;
  }

  text(): string {
    return text.decode(this.bytes());
  }
}

function damaged(): LoupeError {
  return new LoupeError('history-unavailable', 'The properties of a stored message are damaged.');
}
