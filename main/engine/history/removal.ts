import { HEAD_BYTES } from './layout';
import type { Run } from './run-source';
import type { SessionRange } from './session-ranges';

const MINUTE_US = 60_000_000;

export interface RemovedOfTopic {
  messages: number;
  lastId: number;
}

export interface RemovedOfMinute {
  messages: number;
  bytes: number;
}

export interface RemovedOfSession {
  messages: number;
  fromUs: number;
  toUs: number;
}

/** What goes of one batch or segment, added up for all that counts it. */
export class Removal {
  messages = 0;
  /** What their payloads take in `message_parts`. */
  partBytes = 0;
  readonly topics = new Map<number, RemovedOfTopic>();
  readonly minutes = new Map<number, RemovedOfMinute>();
  readonly sessions = new Map<number, RemovedOfSession>();
  /** Ids of those with parts. */
  readonly large: number[] = [];

  /** @param ranges the profile's sessions, in the order of ids */
  constructor(private readonly ranges: readonly SessionRange[]) {}

  add({ heads }: Run, at: number): void {
    const id = heads.ids[at] ?? 0;
    const size = heads.sizes[at] ?? 0;
    const timeUs = heads.timesUs[at] ?? 0;
    this.messages += 1;
    if (size > HEAD_BYTES) {
      this.large.push(id);
      this.partBytes += size - HEAD_BYTES;
    }
    this.#addToTopic(heads.topics[at] ?? 0, id);
    this.#addToMinute(Math.floor(timeUs / MINUTE_US), size);
    this.#addToSession(id, timeUs);
  }

  #addToTopic(topic: number, id: number): void {
    const known = this.topics.get(topic);
    if (known === undefined) this.topics.set(topic, { messages: 1, lastId: id });
    else {
      known.messages += 1;
      known.lastId = Math.max(known.lastId, id);
    }
  }

  #addToMinute(minute: number, bytes: number): void {
    const known = this.minutes.get(minute);
    if (known === undefined) this.minutes.set(minute, { messages: 1, bytes });
    else {
      known.messages += 1;
      known.bytes += bytes;
    }
  }

  #addToSession(id: number, timeUs: number): void {
    const session = this.ranges.findLast(({ firstId }) => firstId <= id)?.key;
    if (session === undefined) return;
    const known = this.sessions.get(session);
    if (known === undefined) {
      this.sessions.set(session, { messages: 1, fromUs: timeUs, toUs: timeUs });
    } else {
      known.messages += 1;
      known.fromUs = Math.min(known.fromUs, timeUs);
      known.toUs = Math.max(known.toUs, timeUs);
    }
  }
}
