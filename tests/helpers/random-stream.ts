/** Streams of a broker as they may come, sound and broken, the same for the same seed. */
import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import type { MqttVersion } from '../../app/profile';
import { seededRandom } from '../../main/engine/demo/plant';

export interface RandomStream {
  readonly version: MqttVersion;
  readonly cleanStart: boolean;
  readonly maxPacketBytes: number;
  /** Until the client has subscribed. */
  readonly opening: readonly Buffer[];
  /** What comes after that. */
  readonly chunks: readonly Buffer[];
  readonly end: 'end' | 'error' | 'client-closes';
  /** Of the message with this number, the handler throws, and the client closes; -1 for never. */
  readonly throwsAt: number;
  readonly closesAt: number;
  /** How many turns of the event loop pass before the n-th message is done with; 0 for at once. */
  readonly turnsOf: (message: number) => number;
  /** How many turns pass before the n-th chunk comes. */
  readonly turnsBefore: (chunk: number) => number;
}

const NO_LIMIT = 268_435_460;
/** Packet identifiers as mqtt.js gives them out: 1 and 2 to our own messages, then this to the SUBSCRIBE. */
const SUBSCRIBE_ID = 3;
const TOPICS = [
  'a',
  'plant/line/1/temperature',
  'grüße/✓/🌡',
  '\uFEFFmark',
  '/',
  '//',
  'with space',
  'wild/#',
  'wild/+/x',
  'nul\0inside',
  '$SYS/broker',
];

class Source {
  readonly random: () => number;
  readonly version: MqttVersion;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.version = this.pick(['3.1', '3.1.1', '3.1.1', '5', '5', '5']);
  }

  under(most: number): number {
    return Math.floor(this.random() * most);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.under(items.length)]!;
  }

  encode(packet: Packet): Buffer {
    return mqttPacket.generate(packet, { protocolVersion: this.protocolVersion });
  }

  get protocolVersion(): number {
    return { '3.1': 3, '3.1.1': 4, '5': 5 }[this.version];
  }

  payload(): Buffer {
    const size = this.chance(0.01)
      ? this.pick([65_400, 65_536, 70_000, 140_000])
      : this.pick([0, 1, 3, 20, 100, 127, 128, 200, 1_000, 17_000]);
    return Buffer.alloc(size, this.under(256).toString(16));
  }

  publish(qos: 0 | 1 | 2): Buffer {
    const properties =
      this.version === '5' && this.chance(0.08)
        ? this.pick([
            { messageExpiryInterval: 7 },
            { userProperties: { a: ['b', 'c'] } },
            { contentType: 'text/plain', correlationData: Buffer.from([1, 2]) },
            ...(this.chance(0.1) ? [{ topicAlias: 3 }] : []),
          ])
        : null;
    return this.encode({
      cmd: 'publish',
      topic: this.pick(TOPICS),
      payload: this.payload(),
      qos,
      retain: this.chance(0.3),
      dup: qos > 0 && this.chance(0.1),
      ...(qos > 0 ? { messageId: 1 + this.under(6) } : {}),
      ...(properties ? { properties } : {}),
    });
  }

  /** A PUBLISH written by hand: any first byte of its kind, any topic bytes, any properties, any length. */
  oddPublish(): Buffer {
    const topic = this.pick([
      Buffer.alloc(0),
      Buffer.from([0xc3, 0x28, 0x2f, 0xff]),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('a/b'),
      Buffer.from([0xf0, 0x9f]),
    ]);
    const length = this.chance(0.2) ? this.under(400) : topic.length;
    const body = Buffer.concat([
      Buffer.from([length >> 8, length & 0xff]),
      topic,
      Buffer.from(this.pick([[], [0], [0], [0x80, 0], [2, 1, 1], [5], [0xff, 0xff, 0xff, 0xff]])),
      Buffer.alloc(this.under(30), 0x78),
    ]).subarray(0, this.chance(0.1) ? this.under(6) : undefined);
    const first = this.pick([0x30, 0x30, 0x31, 0x38, 0x39, 0x32, 0x36]);
    const long = this.chance(0.15);
    const size = long ? [body.length | 0x80, 0x80, 0] : [body.length];
    return Buffer.concat([Buffer.from([first, ...size]), body]);
  }

  answer(leastId: number): Buffer {
    const messageId = leastId + this.under(6);
    const reasonCode = this.chance(0.9) ? 0 : 0x10;
    return this.encode(
      this.pick<Packet>([
        { cmd: 'pingresp' },
        { cmd: 'pubrel', messageId, reasonCode: 0 },
        { cmd: 'pubrel', messageId, reasonCode: 0 },
        { cmd: 'pubrec', messageId: messageId + 1, reasonCode },
        { cmd: 'pubcomp', messageId, reasonCode: 0 },
      ]),
    );
  }

  /** What a broker has no business to send, or sends last. */
  offence(): Buffer {
    return this.pick([
      this.encode({ cmd: 'disconnect', reasonCode: 0x8b }),
      this.encode({ cmd: 'puback', messageId: 1, reasonCode: 0 }),
      this.encode({ cmd: 'puback', messageId: 9, reasonCode: 0 }),
      this.encode({ cmd: 'unsuback', messageId: 9, granted: [0] }),
      this.encode({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false }),
      Buffer.from([0xf0, 2, 0x18, 0]),
      Buffer.from([0x32, 3, 0, 1, 0x61]),
      Buffer.from([0x36, 3, 0, 1, 0x61]),
      Buffer.from([0x62, 0]),
      Buffer.from([0xd1, 0]),
      Buffer.from([0x10, 0]),
      Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 1]),
      Buffer.from([0x30, 0]),
      Buffer.from([0x30, 1, 0]),
      Buffer.from([0x90, 200, 1, ...Array<number>(199).fill(1)]),
    ]);
  }

  packets(count: number, leastId: number): Buffer[] {
    const isPlain = this.chance(0.4);
    const offences = this.pick([0, 0, 0, 0, 0, 0.02, 0.1]);
    const odd = this.pick([0, 0, 0, 0, 0.05, 0.3]);
    return Array.from({ length: count }, () => {
      if (this.chance(offences)) return this.offence();
      if (this.chance(odd)) return this.oddPublish();
      if (this.chance(isPlain ? 0.95 : 0.4)) return this.publish(0);
      return this.chance(0.5) ? this.publish(this.pick([1, 2])) : this.answer(leastId);
    });
  }

  mutated(bytes: Buffer): Buffer {
    const changed = Buffer.from(bytes);
    for (let change = this.pick([1, 1, 2, 5]); change > 0; change -= 1) {
      const at = this.under(changed.length);
      changed[at] = this.pick([0, 0x30, 0x80, 0xff, this.under(256), changed[at]! ^ 1]);
    }
    const cut = this.under(changed.length);
    if (this.chance(0.2))
      return Buffer.concat([changed.subarray(0, cut), Buffer.from('!'), changed.subarray(cut)]);
    return this.chance(0.2)
      ? Buffer.concat([changed.subarray(0, cut), changed.subarray(cut + 1)])
      : changed;
  }

  cut(bytes: Buffer): Buffer[] {
    const longest = this.pick([1, 7, 100, 1_000, 5_000, 70_000, 200_000]);
    const chunks: Buffer[] = [];
    // So many pieces of one byte say nothing new.
    for (let from = 0; from < bytes.length;) {
      const most = chunks.length < 500 ? longest : 5_000;
      const to = Math.min(bytes.length, from + 1 + this.under(most));
      chunks.push(bytes.subarray(from, to));
      from = to;
    }
    return chunks;
  }

  connack(): Buffer {
    if (this.chance(0.02))
      return this.pick([this.publish(0), this.offence(), Buffer.from('HTTP/1.1 400')]);
    const refuses = this.chance(0.02);
    return this.encode({
      cmd: 'connack',
      returnCode: refuses ? 5 : 0,
      reasonCode: refuses ? 0x87 : 0,
      sessionPresent: this.chance(0.2),
    });
  }
}

export function randomStream(seed: number): RandomStream {
  const source = new Source(seed);
  const suback = source.encode({ cmd: 'suback', messageId: SUBSCRIBE_ID, granted: [2] });
  // Nothing is answered before it was sent.
  const begin = source.chance(0.2) ? source.packets(source.under(20), SUBSCRIBE_ID + 1) : [];
  const opening = Buffer.concat([source.connack(), ...begin]);
  const packets = source.packets(source.pick([5, 30, 100, 300]), 1);
  packets.splice(source.chance(0.8) ? 0 : source.under(packets.length), 0, suback);
  const session = Buffer.concat(packets);
  const slowness = source.pick([0, 0, 0.02, 0.3]);
  const pauses = source.pick([0, 0.2, 1]);
  const waits = seededRandom(seed + 1);
  const turns = Array.from({ length: 400 }, () =>
    waits() < slowness ? 1 + Math.floor(waits() * 4) : 0,
  );
  const gaps = Array.from({ length: 997 }, () =>
    waits() < pauses ? 1 + Math.floor(waits() * 2) : 0,
  );
  const end = source.pick<RandomStream['end']>([
    'end',
    'end',
    'end',
    'error',
    'error',
    'client-closes',
  ]);
  return {
    version: source.version,
    cleanStart: source.chance(0.8),
    maxPacketBytes: source.pick([NO_LIMIT, NO_LIMIT, 10_000, 110]),
    opening: source.cut(opening),
    chunks: source.cut(source.chance(0.3) ? source.mutated(session) : session),
    end,
    throwsAt: source.chance(0.05) ? source.under(50) : -1,
    closesAt: end === 'client-closes' ? source.under(60) : -1,
    turnsOf: (message) => turns[message % turns.length]!,
    turnsBefore: (chunk) => gaps[chunk % gaps.length]!,
  };
}
