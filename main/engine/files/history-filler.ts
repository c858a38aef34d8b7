import { LoupeError } from '../../../app/errors';
import type { RecordedGap, RecordedSession } from '../../../app/recording/documents';
import type { RecordedMessage } from '../../../app/recording/records';
import {
  FLAG_DUP,
  FLAG_OUT,
  FLAG_RETAIN,
  type History,
  type MessageBatch,
} from '../history/history';
import { decodeProperties, encodeProperties } from '../history/properties';

/** A transaction has so many messages, or so many bytes, at the most (but for one message that is larger). */
const BATCH_MESSAGES = 5_000;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Batches that are being written while the next one is gathered. */
const UNDER_WAY = 2;
/** A file of somebody else could name a session a message; from here on they stay in the last one. */
const MOST_SESSIONS = 10_000;
const MOST_TOPICS = 5_000_000;
const MOST_GAPS = 200_000;

export interface FilledCounts {
  messages: number;
  sessions: number;
  gaps: number;
  firstTimeUs: number | null;
  lastTimeUs: number | null;
}

/** Fills one profile of a history with messages of a file, in the order of the file. */
export class HistoryFiller {
  readonly counts: FilledCounts = {
    ...{ messages: 0, sessions: 0, gaps: 0, firstTimeUs: null, lastTimeUs: null },
  };
  readonly #history: History;
  readonly #profileId: string;
  readonly #keepsIds: boolean;
  readonly #topics = new Map<string, number>();
  readonly #told = new Map<number, RecordedSession>();
  /** Gaps of sessions that have not begun yet, by their session. */
  readonly #gaps = new Map<number, RecordedGap[]>();
  /** Noted before there was a session to note them in. */
  #losses: { readonly messages: number; readonly detail: string }[] = [];
  #batch = emptyBatch();
  #batchBytes = 0;
  #underWay: Promise<void>[] = [];
  #nextId: number;
  /** The session of the file that messages come in now, and its key in the history. */
  #session: { readonly there: number; readonly here: number; lastUs: number } | null = null;

  /** @param keepsIds whether the ids of the file are kept where they grow; only in a history of its own */
  constructor(history: History, profileId: string, keepsIds: boolean) {
    this.#history = history;
    this.#profileId = profileId;
    this.#keepsIds = keepsIds;
    this.#nextId = history.nextId;
  }

  takeSessions(sessions: readonly RecordedSession[]): void {
    for (const session of sessions) this.#told.set(session.key, session);
  }

  takeGaps(gaps: readonly RecordedGap[]): void {
    for (const gap of gaps) {
      if (this.counts.gaps >= MOST_GAPS) return;
      this.counts.gaps += 1;
      const known = this.#gaps.get(gap.session) ?? [];
      known.push(gap);
      this.#gaps.set(gap.session, known);
    }
  }

  /** Notes messages that the file should have had here. */
  takeLoss(messages: number, detail: string): void {
    this.counts.gaps += 1;
    this.#losses.push({ messages, detail: detail.slice(0, 2_000) });
    if (this.#session) this.#recordLosses(this.#session.here, this.#session.lastUs);
  }

  /** @throws LoupeError `file-unreadable` when it cannot be stored; what the history throws */
  async add(message: RecordedMessage): Promise<void> {
    const { session, timeUs } = message;
    const isOther = this.#session === null || this.#session.there !== session;
    if (isOther && this.counts.sessions < MOST_SESSIONS) {
      await this.flush();
      this.#end();
      this.#begin(session, timeUs);
    }
    this.#put(message);
    if (this.#session) this.#session.lastUs = timeUs;
    const isFull = this.#batch.length >= BATCH_MESSAGES || this.#batchBytes >= BATCH_BYTES;
    if (isFull) await this.flush();
  }

  /** Resolves when there is room for another batch. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0 && this.#session !== null) {
      const counts = { received: this.#batch.length, refused: 0 };
      const append = this.#history.append(this.#profileId, this.#session.here, this.#batch, counts);
      // It is waited for below; until then a failure must not look as if nobody cared.
      append.catch(() => undefined);
      this.#underWay.push(append);
      this.#batch = emptyBatch();
      this.#batchBytes = 0;
    }
    while (this.#underWay.length > UNDER_WAY) await this.#underWay.shift();
  }

  /** Stores what is left, and the gaps of sessions without messages. */
  async finish(): Promise<void> {
    await this.flush();
    this.#end();
    for (const [session, gaps] of [...this.#gaps]) {
      this.#begin(session, gaps[0]?.fromUs ?? 0);
      this.#end();
    }
    await Promise.all(this.#underWay);
    await this.#history.settled();
  }

  #begin(there: number, firstUs: number): void {
    const startedUs = this.#told.get(there)?.startedUs ?? firstUs;
    const here = this.#history.beginSession(this.#profileId, startedUs);
    this.#session = { there, here, lastUs: firstUs };
    this.counts.sessions += 1;
    for (const gap of this.#gaps.get(there) ?? []) this.#history.recordGap(here, gap);
    this.#gaps.delete(there);
    this.#recordLosses(here, firstUs);
  }

  #recordLosses(session: number, atUs: number): void {
    for (const loss of this.#losses.splice(0)) {
      this.#history.recordGap(session, { kind: 'lost', fromUs: atUs, toUs: atUs, ...loss });
    }
  }

  #end(): void {
    if (this.#session === null) return;
    const { there, here, lastUs } = this.#session;
    this.#history.endSession(here, this.#told.get(there)?.endedUs ?? lastUs);
    this.#session = null;
  }

  #put(message: RecordedMessage): void {
    const batch = this.#batch;
    const at = batch.length;
    const { counts } = this;
    const properties = canonical(message.properties);
    batch.topicKeys[at] = this.#topicKey(message.topic);
    batch.ids[at] = this.#idOf(message.id);
    batch.timesUs[at] = message.timeUs;
    batch.flags[at] = flagsOf(message);
    batch.packetIds[at] = message.qos === 0 ? 0 : (message.packetId ?? 0);
    batch.properties[at] = properties;
    batch.payloads[at] = message.payload;
    batch.length += 1;
    this.#batchBytes += message.payload.length + (properties?.length ?? 0);
    counts.messages += 1;
    counts.firstTimeUs = Math.min(counts.firstTimeUs ?? message.timeUs, message.timeUs);
    counts.lastTimeUs = Math.max(counts.lastTimeUs ?? message.timeUs, message.timeUs);
  }

  /** Ids of a history only grow; one that does not gets the next one. */
  #idOf(wanted: number): number {
    const id = this.#keepsIds && wanted >= this.#nextId ? wanted : this.#nextId;
    this.#nextId = id + 1;
    return id;
  }

  #topicKey(name: string): number {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    if (this.#topics.size >= MOST_TOPICS) {
      throw new LoupeError('file-unreadable', 'The file has more than 5,000,000 topics.');
    }
    const key = this.#history.addTopic(this.#profileId, name);
    this.#topics.set(name, key);
    return key;
  }
}

function emptyBatch(): MessageBatch {
  return {
    ...{ length: 0, ids: [], timesUs: [], topicKeys: [], flags: [] },
    ...{ packetIds: [], properties: [], payloads: [] },
  };
}

/** As the history writes them: what is not valid is found here, and not when it is read years later. */
function canonical(properties: Uint8Array | null): Uint8Array | null {
  return properties === null ? null : encodeProperties(decodeProperties(properties));
}

function flagsOf({ qos, retain, dup, direction }: RecordedMessage): number {
  return (
    qos | (retain ? FLAG_RETAIN : 0) | (dup ? FLAG_DUP : 0) | (direction === 'out' ? FLAG_OUT : 0)
  );
}
