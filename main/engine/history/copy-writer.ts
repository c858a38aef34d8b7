import type { Message } from '../../../app/message';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN, type History, type MessageBatch } from './history';
import { encodeProperties } from './properties';

const BATCH_MESSAGES = 5_000;
const BATCH_BYTES = 8 * 1024 * 1024;

/** A message that is copied, with what is not in it. */
export interface CopiedMessage {
  readonly profileId: string;
  readonly topic: string;
  /** Key of a session of the copy. */
  readonly session: number;
  readonly message: Message;
}

/** Writes messages of another history into a new one, a batch at a time. Ids, times and bytes stay as they are. */
export class CopyWriter {
  messages = 0;
  readonly #history: History;
  readonly #topics = new Map<string, Map<string, number>>();
  #profileId = '';
  #session = 0;
  #bytes = 0;
  readonly #batch: MessageBatch = {
    length: 0,
    ids: [],
    timesUs: [],
    topicKeys: [],
    flags: [],
    packetIds: [],
    properties: [],
    payloads: [],
  };

  constructor(history: History) {
    this.#history = history;
  }

  get topics(): number {
    return [...this.#topics.values()].reduce((sum, topics) => sum + topics.size, 0);
  }

  /** To be called in the order of ids of each profile. @returns whether what was gathered was written */
  async add({ profileId, topic, session, message }: CopiedMessage): Promise<boolean> {
    const isOther = profileId !== this.#profileId || session !== this.#session;
    const isFull = this.#batch.length >= BATCH_MESSAGES || this.#bytes >= BATCH_BYTES;
    const flushes = this.#batch.length > 0 && (isOther || isFull);
    if (flushes) await this.flush();
    this.#profileId = profileId;
    this.#session = session;
    this.#append(profileId, topic, message);
    return flushes;
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    const counts = { received: batch.length, refused: 0 };
    await this.#history.append(this.#profileId, this.#session, batch, counts);
    this.messages += batch.length;
    this.#bytes = 0;
    batch.length = 0;
    batch.payloads.length = 0;
    batch.properties.length = 0;
  }

  #append(profileId: string, topic: string, message: Message): void {
    const batch = this.#batch;
    const at = batch.length++;
    batch.ids[at] = message.id;
    batch.timesUs[at] = message.timeUs;
    batch.topicKeys[at] = this.#keyOf(profileId, topic);
    batch.flags[at] = flagsOf(message);
    batch.packetIds[at] = message.packetId ?? 0;
    batch.properties[at] = message.properties ? encodeProperties(message.properties) : null;
    batch.payloads[at] = message.payload;
    this.#bytes += message.payload.length;
  }

  #keyOf(profileId: string, topic: string): number {
    const topics = this.#topics.get(profileId) ?? new Map<string, number>();
    this.#topics.set(profileId, topics);
    const key = topics.get(topic) ?? this.#history.addTopic(profileId, topic);
    topics.set(topic, key);
    return key;
  }
}

function flagsOf({ qos, retain, dup, direction }: Message): number {
  return (
    qos | (retain ? FLAG_RETAIN : 0) | (dup ? FLAG_DUP : 0) | (direction === 'out' ? FLAG_OUT : 0)
  );
}
