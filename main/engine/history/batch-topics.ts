import type { MessageBatch } from './history';

/**
 * What a batch adds to each topic it touches: how many messages, and which one is the last. One instance is used for
 * all batches, so that storing leaves no garbage per message.
 */
export class BatchTopics {
  readonly #slots = new Map<number, number>();
  readonly keys: number[] = [];
  readonly counts: number[] = [];
  /** Index in the batch of each topic's last message. */
  readonly lasts: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  collect(batch: MessageBatch): void {
    this.#slots.clear();
    for (let index = 0; index < batch.length; index++) {
      const key = batch.topicKeys[index] ?? 0;
      const slot = this.#slots.get(key);
      if (slot === undefined) this.#add(key, index);
      else {
        this.counts[slot] = (this.counts[slot] ?? 0) + 1;
        this.lasts[slot] = index;
      }
    }
  }

  #add(key: number, index: number): void {
    const slot = this.#slots.size;
    this.#slots.set(key, slot);
    this.keys[slot] = key;
    this.counts[slot] = 1;
    this.lasts[slot] = index;
  }
}
