import { messageOf } from '../../../app/errors';
import { topicMatches } from '../../../app/topic';
import type { History, MessageBatch } from '../history/history';

/** At most so many messages wait for the disk; what comes then is missing in the recording, and counted. */
const MOST_WAITING = 30_000;

export interface HandRecordingOptions {
  readonly history: History;
  readonly profileId: string;
  /** Empty for all topics. */
  readonly filters: readonly string[];
  readonly nowUs: () => number;
  readonly isConnected: boolean;
}

interface Missing {
  fromUs: number;
  toUs: number;
  messages: number;
  why: string;
}

/** A recording while it is made: each batch of the profile is stored here too, as far as its topics are meant. */
export class HandRecording {
  /** Stored until now. */
  messages = 0;
  refused = 0;
  oldestTimeUs: number | null = null;
  newestTimeUs: number | null = null;
  readonly #options: HandRecordingOptions;
  readonly #session: number;
  /** Topic → its key here; 0 when it is not meant. */
  readonly #keys = new Map<string, number>();
  #topics = 0;
  #missing: Missing | null = null;
  #gapFromUs: number | null = null;
  #problem: string | null = null;

  constructor(options: HandRecordingOptions) {
    this.#options = options;
    const { history, profileId, nowUs, isConnected } = options;
    this.#session = history.beginSession(profileId, nowUs());
    if (!isConnected) this.#gapFromUs = nowUs();
  }

  get topics(): number {
    return this.#topics;
  }

  /** Why messages are missing; null when none are. */
  get problem(): string | null {
    if (this.refused === 0) return null;
    return `${String(this.refused)} messages are missing: ${this.#problem ?? 'the disk was too slow'}`;
  }

  /** @param topicAt the topic of each message of the batch, which is the caller's again when this returns */
  take(batch: MessageBatch, topicAt: (index: number) => string): void {
    const chosen = this.#choose(batch, topicAt);
    if (chosen.length === 0) return;
    const { history, profileId } = this.#options;
    if (history.backlog.messages > MOST_WAITING) {
      this.#miss(chosen, 'the disk was too slow for what arrived');
      return;
    }
    const { length } = chosen;
    const [fromUs, toUs] = [chosen.timesUs[0] ?? 0, chosen.timesUs[length - 1] ?? 0];
    history.append(profileId, this.#session, chosen, { received: length, refused: 0 }).then(
      () => {
        this.messages += length;
        this.oldestTimeUs ??= fromUs;
        this.newestTimeUs = toUs;
        this.#noteMissing();
      },
      (error: unknown) => {
        this.#miss(chosen, messageOf(error));
      },
    );
  }

  /** The connection was lost, or came back. */
  connected(isConnected: boolean): void {
    if (!isConnected) this.#gapFromUs ??= this.#options.nowUs();
    else this.#endGap();
  }

  /** Stores what it has and closes its file. */
  async stop(): Promise<void> {
    const { history, nowUs } = this.#options;
    await history.settled();
    this.#noteMissing();
    this.#endGap();
    history.endSession(this.#session, nowUs());
    await history.close();
  }

  #choose(batch: MessageBatch, topicAt: (index: number) => string): MessageBatch {
    const chosen: MessageBatch = {
      length: 0,
      ids: [],
      timesUs: [],
      topicKeys: [],
      flags: [],
      packetIds: [],
      properties: [],
      payloads: [],
    };
    for (let at = 0; at < batch.length; at++) {
      const payload = batch.payloads[at];
      const key = this.#keyOf(topicAt(at));
      if (key === 0 || payload === undefined) continue;
      chosen.length += 1;
      chosen.ids.push(batch.ids[at] ?? 0);
      chosen.timesUs.push(batch.timesUs[at] ?? 0);
      chosen.topicKeys.push(key);
      chosen.flags.push(batch.flags[at] ?? 0);
      chosen.packetIds.push(batch.packetIds[at] ?? 0);
      chosen.properties.push(batch.properties[at] ?? null);
      chosen.payloads.push(payload);
    }
    return chosen;
  }

  #keyOf(topic: string): number {
    const known = this.#keys.get(topic);
    if (known !== undefined) return known;
    const { history, profileId, filters } = this.#options;
    const isMeant = filters.length === 0 || filters.some((filter) => topicMatches(filter, topic));
    const key = isMeant ? history.addTopic(profileId, topic) : 0;
    this.#keys.set(topic, key);
    if (isMeant) this.#topics += 1;
    return key;
  }

  #miss({ length, timesUs }: MessageBatch, why: string): void {
    this.refused += length;
    this.#problem = why;
    const [fromUs, toUs] = [timesUs[0] ?? 0, timesUs[length - 1] ?? 0];
    this.#missing ??= { fromUs, toUs, messages: 0, why };
    this.#missing.toUs = toUs;
    this.#missing.messages += length;
  }

  #noteMissing(): void {
    const missing = this.#missing;
    if (missing === null) return;
    this.#missing = null;
    const { why, ...times } = missing;
    const detail = `Messages could not be recorded: ${why}`;
    this.#options.history.recordGap(this.#session, { kind: 'refused', ...times, detail });
  }

  #endGap(): void {
    const fromUs = this.#gapFromUs;
    if (fromUs === null) return;
    this.#gapFromUs = null;
    this.#options.history.recordGap(this.#session, {
      kind: 'disconnected',
      fromUs,
      toUs: this.#options.nowUs(),
      messages: 0,
      detail: 'There was no connection.',
    });
  }
}
