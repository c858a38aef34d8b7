import type { SessionMark } from '../mqtt/session-store';
import type { BulkMessage, BulkOutcome, Connection } from '../mqtt/types';
import type { ProgressCounters } from './progress';

export type Delivery = BulkMessage;

interface Lost {
  readonly delivery: Delivery;
  /** In which MQTT session. */
  readonly session: SessionMark;
}

/** What was sent and is not settled yet, over as many connections as it takes. */
export class Deliveries {
  readonly #counters: ProgressCounters;
  readonly #onSettled: () => void;
  readonly #onSend: (topic: string, payload: Uint8Array) => void;
  #underWay = 0;
  /** QoS 1 and 2 messages whose connection closed before they were acknowledged, in the order of sending. */
  #lost: Lost[] = [];

  constructor(
    counters: ProgressCounters,
    onSend: (topic: string, payload: Uint8Array) => void,
    onSettled: () => void,
  ) {
    this.#counters = counters;
    this.#onSend = onSend;
    this.#onSettled = onSettled;
  }

  get underWay(): number {
    return this.#underWay + this.#lost.length;
  }

  get isIdle(): boolean {
    return this.underWay === 0;
  }

  /** A message for the first time. False when the connection takes no more now. */
  send(connection: Connection, delivery: Delivery): boolean {
    if (!this.#hand(connection, delivery)) return false;
    const counters = this.#counters;
    counters.sent += 1;
    counters.bytes += delivery.payload.length;
    if (delivery.qos > 0) counters.toAcknowledge += 1;
    return true;
  }

  /** What was lost goes first. True when all of it is on its way. */
  sendAgain(connection: Connection | null): boolean {
    while (this.#lost.length > 0) {
      const [first] = this.#lost;
      if (connection === null || first === undefined || !this.#hand(connection, first.delivery))
        return false;
      this.#lost.shift();
      this.#counters.sentAgain += 1;
    }
    return true;
  }

  /** A connection is there again: see `Connection.sessionMark`. */
  reconnected({ sessionMark }: Connection): void {
    const left = this.#lost.filter(({ session }) => session !== sessionMark);
    const again = this.#lost.length - left.length;
    this.#counters.acknowledged += again;
    this.#counters.sentAgain += again;
    this.#lost = left;
  }

  #hand(connection: Connection, delivery: Delivery): boolean {
    let isSettled = false;
    this.#underWay += 1;
    const isTaken = connection.publishBulk(delivery, (outcome) => {
      isSettled = true;
      this.#underWay -= 1;
      this.#settle(connection, delivery, outcome);
      this.#onSettled();
    });
    if (!isTaken && !isSettled) this.#underWay -= 1;
    if (isTaken) this.#onSend(delivery.topic, delivery.payload);
    return isTaken;
  }

  #settle(connection: Connection, delivery: Delivery, outcome: BulkOutcome): void {
    const counters = this.#counters;
    switch (outcome.kind) {
      case 'sent':
        return;
      case 'acknowledged':
        counters.acknowledged += 1;
        return;
      case 'refused':
        counters.fail(delivery.topic, outcome.reason);
        return;
      case 'lost':
        if (delivery.qos === 0) {
          counters.fail(delivery.topic, 'The connection closed before the message was sent.');
          return;
        }
        this.#lost.push({ delivery, session: connection.sessionMark });
    }
  }
}
