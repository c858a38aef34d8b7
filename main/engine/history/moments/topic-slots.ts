import { damagedRun } from '../bytes';

const FIRST_CAPACITY = 1_024;
const FIRST_KEYS = 4_096;
/** Far more topics than a history can have: a larger key is damage. */
const MOST_KEYS = 2 ** 28;

/** Numbers the topics of a profile from 0 in the order in which they are met, so that columns of them are dense. */
export class TopicSlots {
  length = 0;
  /** By slot. */
  keys = new Uint32Array(FIRST_CAPACITY);
  /** By key: one more than the slot, 0 for none. */
  #slots = new Int32Array(FIRST_KEYS);

  /** The slot of a topic, which gets one now if it has none. */
  of(key: number): number {
    const known = this.#slots[key] ?? 0;
    return known > 0 ? known - 1 : this.#add(key);
  }

  /** -1 for none. */
  find(key: number): number {
    return (this.#slots[key] ?? 0) - 1;
  }

  #add(key: number): number {
    if (key >= MOST_KEYS) throw damagedRun();
    if (key >= this.#slots.length) {
      const slots = new Int32Array(Math.max(key + 1, this.#slots.length * 2));
      slots.set(this.#slots);
      this.#slots = slots;
    }
    if (this.length === this.keys.length) {
      const keys = new Uint32Array(this.length * 2);
      keys.set(this.keys);
      this.keys = keys;
    }
    const slot = this.length++;
    this.keys[slot] = key;
    this.#slots[key] = slot + 1;
    return slot;
  }
}
