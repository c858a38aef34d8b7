import type { Packet } from 'mqtt';
import { packetName } from '../../../../app/mqtt-violation';
import { BrokenRule, protocolError } from './broken-rule';

const PUBACK = 4;
const PUBREC = 5;
const SUBACK = 9;
/** Packet identifiers have two bytes: nobody can have more under way than this, which is the default (MQTT 5.0 §3.1.2.11.3). */
export const ANY_RECEIVE_MAXIMUM = 65_535;
const FIRST_FAILURE = 0x80;

interface Request {
  /** Of the packet that answers it first. */
  readonly answeredBy: number;
  /** How many codes the answer has; null where it has none. */
  readonly codes: number | null;
}

/**
 * What is under way on one connection, in both directions: what we sent and the server has not answered, and what the
 * server sent and we have not acknowledged.
 */
export class Exchanges {
  readonly #requests = new Map<number, Request>();
  readonly #received = new Set<number>();
  readonly #receiveMaximum: number;
  #isResumed = false;

  constructor(receiveMaximum: number) {
    this.#receiveMaximum = receiveMaximum;
  }

  /** The server goes on with an earlier session: it may answer what was sent on another connection. */
  resume(): void {
    this.#isResumed = true;
  }

  /** To be called with every packet that is sent. */
  sent(packet: Packet): void {
    const id = packet.messageId;
    if (id === undefined) return;
    switch (packet.cmd) {
      case 'publish':
        if (packet.qos > 0)
          this.#requests.set(id, { answeredBy: packet.qos === 1 ? PUBACK : PUBREC, codes: null });
        return;
      case 'subscribe':
        this.#requests.set(id, { answeredBy: SUBACK, codes: packet.subscriptions.length });
        return;
      case 'unsubscribe':
        this.#requests.set(id, { answeredBy: 11, codes: packet.unsubscriptions.length });
        return;
      case 'pubrec':
        if ((packet.reasonCode ?? 0) >= FIRST_FAILURE) this.acknowledged(id);
        return;
      case 'puback':
      case 'pubcomp':
        this.acknowledged(id);
        return;
      default:
    }
  }

  /** A PUBLISH of the server is done with, whoever acknowledged it. */
  acknowledged(id: number): void {
    this.#received.delete(id);
  }

  /** @throws BrokenRule when the server has more under way than we allowed it */
  published(id: number): void {
    if (this.#receiveMaximum >= ANY_RECEIVE_MAXIMUM) return;
    this.#received.add(id);
    if (this.#received.size <= this.#receiveMaximum) return;
    const most = String(this.#receiveMaximum);
    throw new BrokenRule(
      'receive-maximum',
      'MQTT-3.3.4-9',
      `more than ${most} messages at once that wait for an acknowledgement`,
    );
  }

  /**
   * Checks an answer. A PUBREC for an unknown identifier is no error, because the specification has an answer for it
   * (MQTT 5.0 §3.6.2.1).
   * @param codes how many it has; null for an answer that has none
   * @throws BrokenRule for one that answers nothing, or something else
   */
  answered(type: number, id: number, codes: number | null): void {
    const request = this.#requests.get(id);
    if (request === undefined) {
      if (type === PUBREC || this.#isResumed) return;
      protocolError(
        '§4.8',
        `a ${packetName(type)} for the packet identifier ${String(id)}, which waits for nothing`,
      );
    }
    if (request.answeredBy !== type) {
      const due = packetName(request.answeredBy);
      protocolError('MQTT-4.3.2-3', `a ${packetName(type)} where a ${due} is due`);
    }
    if (codes !== null && request.codes !== null && codes !== request.codes) {
      const section = type === SUBACK ? 'MQTT-3.8.4-6' : 'MQTT-3.11.3-1';
      protocolError(
        section,
        `a ${packetName(type)} with ${String(codes)} codes for ${String(request.codes)} filters`,
      );
    }
    this.#requests.delete(id);
  }
}
