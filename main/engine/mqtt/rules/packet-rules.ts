import type { Buffer } from 'node:buffer';
import { packetName, VIOLATION_BYTES_SHOWN } from '../../../../app/mqtt-violation';
import type { Violation } from '../../../../app/mqtt-violation';
import type { MqttVersion } from '../../../../app/profile';
import { hexCode } from '../../../../app/reason-codes';
import type { Packet } from 'mqtt';
import { BrokenRule, malformed, protocolError } from './broken-rule';
import { Exchanges } from './exchanges';
import { readPacketId } from './packet-id';
import { checkProperties, MAX_PROPERTY_BYTES, PUBLISH } from './property-rules';
import { PublishRules } from './publish-rules';
import { checkReason, checkReturnCode } from './reason-rules';

/** No packet but a PUBLISH has reason to be larger: that of all properties, and of a reason for each filter. */
export const MAX_CONTROL_BYTES = MAX_PROPERTY_BYTES + 65_536;
const PUBREL = 6;
const PUBREL_FLAGS = 2;
const MOST_RETURN_CODE = 5;

/** What we allowed the server in our CONNECT, as far as it decides what the server may send. */
export interface ServerDuties {
  readonly version: MqttVersion;
  readonly cleanStart: boolean;
  /** Of MQTT 5; their defaults are those of the specification. */
  readonly receiveMaximum: number;
  readonly topicAliasMaximum: number;
  /** Whether we named an authentication method. */
  readonly authenticates: boolean;
}

/** Strict wherever a server decides what it sends, and open to what it may only forward. */
export class PacketRules {
  readonly exchanges: Exchanges;
  readonly publishes: PublishRules;
  readonly #duties: ServerDuties;
  readonly #isFive: boolean;
  #isConnected = false;

  constructor(duties: ServerDuties) {
    this.#duties = duties;
    this.#isFive = duties.version === '5';
    this.exchanges = new Exchanges(this.#isFive ? duties.receiveMaximum : 65_535);
    this.publishes = new PublishRules(this.#isFive, duties.topicAliasMaximum, this.exchanges);
  }

  /** Whether the server accepted the connection: before that, a client sends no DISCONNECT. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** To be called with every packet that is sent. */
  sent(packet: Packet): void {
    this.exchanges.sent(packet);
  }

  /**
   * How many bytes from `start` on are needed to check a packet whose fixed header was read; more may be needed when they
   * are there.
   */
  neededBytes(bytes: Buffer, start: number, from: number, end: number): number {
    return (bytes[start] ?? 0) >> 4 === PUBLISH
      ? this.publishes.neededBytes(bytes, start, from, end)
      : end - start;
  }

  /** What is wrong with a packet by its fixed header alone; null for nothing. */
  headerProblem(bytes: Buffer, start: number, size: number, offset: number): Violation | null {
    return found(bytes, start, offset, () => {
      const first = bytes[start] ?? 0;
      const type = first >> 4;
      if (type === PUBLISH) {
        if ((first & 6) === 6) malformed('MQTT-3.3.1-4', 'a PUBLISH with QoS 3');
        return;
      }
      const flags = type === PUBREL ? PUBREL_FLAGS : 0;
      if ((first & 15) !== flags && this.#duties.version !== '3.1')
        malformed(
          'MQTT-2.1.3-1',
          `a ${packetName(type)} with the reserved flags ${hexCode(first & 15)}`,
        );
      if (size > MAX_CONTROL_BYTES) {
        const words = `a ${packetName(type)} of ${size.toLocaleString('en')} bytes`;
        throw new BrokenRule('too-large', '§2.1.4', words);
      }
    });
  }

  /** What is wrong with a packet of which the needed bytes are there; null for nothing. */
  problem(
    bytes: Buffer,
    start: number,
    from: number,
    end: number,
    offset: number,
  ): Violation | null {
    return found(bytes, start, offset, () => {
      const type = (bytes[start] ?? 0) >> 4;
      if (type === PUBLISH) this.publishes.check(bytes, start, from, end);
      else this.#check(bytes, type, from, end);
    });
  }

  #check(bytes: Buffer, type: number, from: number, end: number): void {
    switch (type) {
      case 2:
        this.#connack(bytes, from, end);
        return;
      case 4:
      case 5:
      case 6:
      case 7:
        this.#acknowledgement(bytes, type, from, end);
        return;
      case 9:
      case 11:
        this.#subscriptionAnswer(bytes, type, from, end);
        return;
      case 13:
        if (end > from) malformed('§3.13.1', 'a PINGRESP that is not empty');
        return;
      case 14:
        this.#disconnect(bytes, from, end);
        return;
      case 15:
        this.#auth(bytes, from, end);
        return;
      default:
    }
  }

  #connack(bytes: Buffer, from: number, end: number): void {
    if (this.#isConnected) protocolError('§3.2', 'a second CONNACK');
    if (end < from + 2) malformed('§3.2.2', 'a CONNACK that ends before its code');
    const flags = bytes[from] ?? 0;
    const code = bytes[from + 1] ?? 0;
    if (flags > 1) malformed('MQTT-3.2.2-1', `a CONNACK with the reserved flags ${hexCode(flags)}`);
    const isOld = end === from + 2;
    // A server that does not speak MQTT 5 refuses it with the CONNACK that it has.
    if (!this.#isFive || (isOld && code > 0 && code <= MOST_RETURN_CODE)) {
      if (!isOld) malformed('§3.2.1', 'a CONNACK that is longer than two bytes');
      if (code > MOST_RETURN_CODE)
        protocolError('§3.2.2.3', `a CONNACK with the reserved return code ${String(code)}`);
    } else {
      checkReason(2, code);
      this.#propertiesToEnd(bytes, from + 2, end, 2);
    }
    this.#sessionPresent(flags === 1, code);
    if (code === 0) this.#isConnected = true;
  }

  #sessionPresent(isPresent: boolean, code: number): void {
    if (!isPresent || this.#duties.version === '3.1') return;
    if (code !== 0) protocolError('MQTT-3.2.2-6', 'a CONNACK that refuses, with Session Present');
    if (this.#duties.cleanStart)
      protocolError(
        'MQTT-3.2.2-2',
        'a CONNACK with Session Present, where a clean start was asked for',
      );
    this.exchanges.resume();
  }

  #acknowledgement(bytes: Buffer, type: number, from: number, end: number): void {
    const id = readPacketId(bytes, type, from, end);
    if (!this.#isFive) {
      if (end > from + 2)
        malformed('§2.1.4', `a ${packetName(type)} that is longer than two bytes`);
    } else if (end > from + 2) {
      checkReason(type, bytes[from + 2] ?? 0);
      if (end > from + 3) this.#propertiesToEnd(bytes, from + 3, end, type);
    }
    if (type === 4 || type === 5) this.exchanges.answered(type, id, null);
  }

  #subscriptionAnswer(bytes: Buffer, type: number, from: number, end: number): void {
    const id = readPacketId(bytes, type, from, end);
    const codesFrom = this.#isFive ? checkProperties(bytes, from + 2, end, type).end : from + 2;
    const codes = end - codesFrom;
    if (type === 11 && !this.#isFive) {
      if (codes > 0) malformed('§3.11.1', 'an UNSUBACK that is longer than two bytes');
      this.exchanges.answered(type, id, null);
      return;
    }
    if (codes === 0) malformed('§3.9.3', `a ${packetName(type)} without a code`);
    for (let at = codesFrom; at < end; at += 1) this.#code(type, bytes[at] ?? 0);
    this.exchanges.answered(type, id, codes);
  }

  #code(type: number, code: number): void {
    if (this.#isFive) checkReason(type, code);
    // 3.1 has granted QoS levels alone, and brokers that say failure all the same.
    else checkReturnCode(this.#duties.version === '3.1' && code < 0x80 ? code & 3 : code);
  }

  #disconnect(bytes: Buffer, from: number, end: number): void {
    if (!this.#isFive)
      protocolError('§3.14', 'a DISCONNECT, which no server may send before MQTT 5');
    if (end > from) checkReason(14, bytes[from] ?? 0);
    if (end > from + 1) this.#propertiesToEnd(bytes, from + 1, end, 14);
  }

  #auth(bytes: Buffer, from: number, end: number): void {
    if (!this.#isFive) malformed('§2.2.1', 'a packet of type 15, which is reserved before MQTT 5');
    if (!this.#duties.authenticates)
      protocolError('MQTT-4.12.0-6', 'an AUTH, where no authentication method was named');
    if (end > from) checkReason(15, bytes[from] ?? 0);
    if (end > from + 1) this.#propertiesToEnd(bytes, from + 1, end, 15);
  }

  #propertiesToEnd(bytes: Buffer, from: number, end: number, type: number): void {
    if (checkProperties(bytes, from, end, type).end < end)
      malformed('§2.2.2.1', `a ${packetName(type)} with bytes behind its properties`);
  }
}

/** The rule that a check finds broken, with the bytes that broke it. */
function found(bytes: Buffer, start: number, offset: number, check: () => void): Violation | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof BrokenRule) return violation(error, bytes, start, offset);
    throw error;
  }
}

/** With the first bytes of the packet, copied: they outlive the socket's buffer. */
export function violation(
  rule: BrokenRule,
  bytes: Buffer,
  start: number,
  offset: number,
): Violation {
  return {
    kind: rule.kind,
    reasonCode: rule.reasonCode,
    section: rule.section,
    words: rule.message,
    packetType: (bytes[start] ?? 0) >> 4,
    offset,
    bytes: Uint8Array.from(bytes.subarray(start, start + VIOLATION_BYTES_SHOWN)),
  };
}
