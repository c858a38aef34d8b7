/**
 * Proves that two ends saw the same messages without either keeping them: a 64-bit hash of each message's topic and
 * payload, summed up, so that the order does not matter and a message that came twice does.
 */

/** A topic's part of the hash, computed once. */
export interface TopicSeed {
  readonly high: number;
  readonly low: number;
}

const HIGH_START = 0xdeadbeef;
const LOW_START = 0x41c6ce57;
const HIGH_FACTOR = 2_654_435_761;
const LOW_FACTOR = 1_597_334_677;

export function topicSeed(topic: Uint8Array): TopicSeed {
  let high = HIGH_START;
  let low = LOW_START;
  for (const byte of topic) {
    high = Math.imul(high ^ byte, HIGH_FACTOR);
    low = Math.imul(low ^ byte, LOW_FACTOR);
  }
  return { high, low };
}

/** The sum over all messages, modulo 2^32 in each half. The hash is cyrb53's, with both halves kept whole. */
export class HashSum {
  #high = 0;
  #low = 0;

  /** Adds one message; its payload are the bytes from `start` to `end`. */
  add(seed: TopicSeed, bytes: Uint8Array, start = 0, end = bytes.length): void {
    let high = seed.high;
    let low = seed.low;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      high = Math.imul(high ^ byte, HIGH_FACTOR);
      low = Math.imul(low ^ byte, LOW_FACTOR);
    }
    // The length keeps an empty payload apart from no message.
    low ^= end - start + 1;
    const mixedHigh = mix(high, low);
    this.#high = (this.#high + mixedHigh) | 0;
    this.#low = (this.#low + mix(low, mixedHigh)) | 0;
  }

  /** Adds what another end summed up, from its text. */
  addSum(text: string): void {
    this.#high = (this.#high + Number.parseInt(text.slice(0, 8), 16)) | 0;
    this.#low = (this.#low + Number.parseInt(text.slice(8), 16)) | 0;
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return [this.#high, this.#low]
      .map((half) => (half >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}

function mix(one: number, other: number): number {
  return (
    Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  );
}
