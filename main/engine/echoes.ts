/** How long a message is expected back: between this and twice as long. */
const GENERATION_MS = 30_000;
/** Expected messages of one generation; beyond it the older ones are given up early. */
const GENERATION_MESSAGES = 250_000;
/** Of larger payloads the beginning, the end and the length are compared. */
const WHOLE_BYTES = 4_096;

interface Generation {
  readonly topics: Set<string>;
  /** By the key of topic and payload. */
  readonly counts: Map<number, number>;
}

function generation(): Generation {
  return { topics: new Set(), counts: new Map() };
}

/**
 * Messages that were sent from here and that the broker may send back: how often each (topic, payload) is still expected.
 * What looks the same and comes from somebody else meanwhile cannot be told apart; as many are marked as were sent.
 */
export class Echoes {
  readonly #flag: number;
  #young = generation();
  #old = generation();
  #turnedMs = -Infinity;

  /** @param flag what a message that comes back is marked with in the history: `FLAG_OUT`, `FLAG_REPLAYED` */
  constructor(flag: number) {
    this.#flag = flag;
  }

  /** A message goes to the broker. */
  expect(topic: string, payload: Uint8Array, nowMs = performance.now()): void {
    this.#turn(nowMs);
    const key = keyOf(topic, payload);
    const { topics, counts } = this.#young;
    topics.add(topic);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }

  /** Flags for a message that came: the flag when it is one that was expected. */
  readonly marks = (topic: string, payload: Uint8Array): number => {
    if (this.#young.counts.size === 0 && this.#old.counts.size === 0) return 0;
    // Nearly all that comes is of other topics: they cost no look at the payload.
    if (!this.#young.topics.has(topic) && !this.#old.topics.has(topic)) return 0;
    this.#turn(performance.now());
    const key = keyOf(topic, payload);
    return takeFrom(this.#old.counts, key) || takeFrom(this.#young.counts, key) ? this.#flag : 0;
  };

  #turn(nowMs: number): void {
    const isOld = nowMs - this.#turnedMs >= GENERATION_MS;
    if (!isOld && this.#young.counts.size < GENERATION_MESSAGES) return;
    // After a long rest what was young is old, too.
    this.#old = nowMs - this.#turnedMs >= 2 * GENERATION_MS ? generation() : this.#young;
    this.#young = generation();
    this.#turnedMs = nowMs;
  }
}

function takeFrom(expected: Map<number, number>, key: number): boolean {
  const count = expected.get(key);
  if (count === undefined) return false;
  if (count === 1) expected.delete(key);
  else expected.set(key, count - 1);
  return true;
}

/** 53 bits of topic and payload (FNV-1a, and one of another multiplier). */
function keyOf(topic: string, payload: Uint8Array): number {
  let one = 0x811c9dc5;
  let other = 0x050c5d1f ^ payload.length;
  for (let at = 0; at < topic.length; at += 1) {
    const code = topic.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x85ebca6b);
  }
  const end = payload.length;
  const skipFrom = end <= WHOLE_BYTES ? end : WHOLE_BYTES / 2;
  for (let at = 0; at < end; at += 1) {
    if (at === skipFrom) at = end - skipFrom;
    const byte = payload[at] ?? 0;
    one = Math.imul(one ^ byte, 0x01000193);
    other = Math.imul(other ^ byte, 0x85ebca6b);
  }
  return (one >>> 0) * 0x200000 + ((other >>> 0) & 0x1fffff);
}
