/** Messages of all kinds, the same for the same random numbers, and what was made of them so far. */
import type { Message, MessageProperties } from '../../app/message';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN } from '../../main/engine/history/history';
import { encodeProperties } from '../../main/engine/history/properties';
import type { TestMessage } from './history';
import { lineOf } from './history-lines';

const TOPICS = 40;
const LARGEST = 200 * 1024;
const STEP_US = 2_000;

interface Line {
  readonly id: number;
  readonly profile: string;
  readonly topic: string;
  readonly line: string;
}

export class Appended {
  /** Wall clock of the next message, µs; now and then it is set back. */
  timeUs = 1_700_000_000_000_000;
  readonly #random: () => number;
  readonly #all: Line[] = [];
  readonly #byTopic = new Map<string, string[]>();
  readonly #noise: Uint8Array;
  readonly #text: Uint8Array;

  constructor(random: () => number) {
    this.#random = random;
    this.#noise = Uint8Array.from({ length: LARGEST * 2 }, () => random() * 256);
    this.#text = Buffer.from('{"value":21.5,"unit":"°C","ok":true}'.repeat(12_000));
  }

  /** A number from 0 to below this. */
  under(most: number): number {
    return Math.floor(this.#random() * most);
  }

  get lines(): string[] {
    return this.#all.map(({ line }) => line);
  }

  get lastId(): number {
    return this.#all.at(-1)?.id ?? 0;
  }

  count(profile: string): number {
    return this.#all.filter((one) => one.profile === profile).length;
  }

  linesOf(profile: string, topic: string): readonly string[] {
    return this.#byTopic.get(`${profile} ${topic}`) ?? [];
  }

  topic(profile: string, number: number): string {
    return `${profile}/${String(number % 5)}/${String(number % TOPICS)}`;
  }

  sample(count: number): Line[] {
    return Array.from({ length: count }, () => this.#all[this.under(this.#all.length)]).filter(
      (one) => one !== undefined,
    );
  }

  /** The next messages of a profile, to be appended at once. @param sizes of 1: payloads of up to 200 KiB */
  make(profile: string, count: number, sizes: number): (TestMessage & { readonly id: number })[] {
    return Array.from({ length: count }, () => {
      this.timeUs += STEP_US + this.under(1_000);
      if (this.under(2_000) === 0) this.timeUs -= 30_000_000;
      const flags = this.#flags();
      const message = {
        flags,
        id: this.lastId + 1,
        // Some topics have most of the messages.
        topic: this.topic(profile, Math.floor(this.#random() ** 2 * TOPICS)),
        timeUs: this.timeUs,
        // Only messages with QoS 1 and 2 have one.
        packetId: (flags & 3) === 0 ? 0 : 1 + this.under(65_535),
        payload: this.#payload(sizes),
        ...(this.under(5) === 0 ? { properties: this.#properties() } : {}),
      };
      this.#note(profile, message);
      return message;
    });
  }

  /** The line of a message that was read from the history. */
  lineOfRead(profile: string, topic: string, message: Message): string {
    const { id, timeUs, packetId, properties, payload } = message;
    const flags =
      message.qos |
      (message.retain ? FLAG_RETAIN : 0) |
      (message.dup ? FLAG_DUP : 0) |
      (message.direction === 'out' ? FLAG_OUT : 0);
    return lineOf({
      ...{ profile, topic, id, timeUs, flags, payload },
      packetId: packetId ?? 0,
      properties: properties === null ? null : encodeProperties(properties),
    });
  }

  #note(profile: string, message: TestMessage & { readonly id: number }): void {
    const { id, topic, properties } = message;
    const line = lineOf({
      ...{ profile, topic, id, payload: message.payload },
      timeUs: message.timeUs ?? 0,
      flags: message.flags ?? 0,
      packetId: message.packetId ?? 0,
      properties: properties ? encodeProperties(properties) : null,
    });
    this.#all.push({ id, profile, topic, line });
    const key = `${profile} ${topic}`;
    const ofTopic = this.#byTopic.get(key) ?? [];
    this.#byTopic.set(key, ofTopic);
    ofTopic.push(line);
  }

  #flags(): number {
    return this.under(3) | (this.under(8) << 2);
  }

  #payload(sizes: number): Uint8Array {
    const kind = this.under(100);
    const most = kind < 70 ? 300 : kind < 90 ? 4_096 : kind < 99 ? 20_000 : LARGEST;
    const size = this.under(most * sizes + 1);
    const source = this.under(2) === 0 ? this.#noise : this.#text;
    const from = this.under(LARGEST);
    return source.subarray(from, from + size);
  }

  #properties(): MessageProperties {
    return {
      ...(this.under(2) === 0 ? { contentType: 'application/json' } : {}),
      ...(this.under(3) === 0 ? { messageExpiryInterval: this.under(2 ** 32) } : {}),
      ...(this.under(4) === 0 ? { correlationData: this.#noise.subarray(0, this.under(40)) } : {}),
      userProperties: [
        ['site', String(this.under(9))],
        ['site', 'ä'],
      ],
    };
  }
}
