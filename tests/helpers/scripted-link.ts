/** One connection on a byte stream in memory: the real link, guard and mqtt.js, and everything that came of it. */
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { defaultProfileFields } from '../../app/profile';
import { onlyPassword } from '../../app/secret';
import { SubscriptionSet } from '../../main/engine/mqtt/subscription-set';
import { Link } from '../../main/engine/mqtt/link';
import { IncomingStore, OutgoingStore } from '../../main/engine/mqtt/session-store';
import type { RandomStream } from './random-stream';

export interface Outcome {
  /** Each message in one line, in the order in which they were delivered. */
  readonly messages: string[];
  readonly refused: string[];
  readonly states: string[];
  readonly published: string[];
  /** The client's acknowledgements, in hex, and what else it wrote. */
  readonly answers: readonly string[];
  readonly requests: readonly string[];
  /** How it ended. */
  readonly closed: string;
  /** How many messages were not mqtt.js's; no part of what must be the same. */
  readonly direct: number;
}

export interface Run {
  /** Whether messages may go past mqtt.js. */
  readonly direct: boolean;
  /** Whether a chunk comes only when the one before has been handled; else as soon as there is room. The end comes last. */
  readonly isPaced: boolean;
}

/** Packets in hex, none of which is longer than 127 bytes. */
function packetsOf(written: Buffer): string[] {
  const packets: string[] = [];
  for (let from = 0; from < written.length;) {
    const to = from + 2 + (written[from + 1] ?? 0);
    packets.push(written.toString('hex', from, to));
    from = to;
  }
  return packets;
}

/** Gives chunk after chunk when the reader asks for more, as a socket that is full does. */
class ScriptedSocket extends Duplex {
  readonly written: Buffer[] = [];
  readonly #stream: RandomStream;
  readonly #isPaced: boolean;
  readonly #ready: () => Promise<void>;
  #next = 0;
  #isBusy = false;

  constructor(stream: RandomStream, isPaced: boolean, ready: () => Promise<void>) {
    super({ readableHighWaterMark: 1, allowHalfOpen: false });
    this.#stream = stream;
    this.#isPaced = isPaced;
    this.#ready = ready;
  }

  override _read(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#give().then(() => {
      this.#isBusy = false;
    });
  }

  async #give(): Promise<void> {
    const { opening, chunks, end, turnsBefore } = this.#stream;
    const index = this.#next++;
    for (let turn = turnsBefore(index); turn > 0; turn -= 1) await nextTurn();
    if (this.#isPaced || index === opening.length + chunks.length) await this.#ready();
    if (index === opening.length) await this.#hearsSubscribe();
    if (this.destroyed) return;
    const chunk = [...opening, ...chunks][index];
    this.#isBusy = false;
    if (chunk) this.push(chunk);
    else if (end === 'error')
      this.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    else this.push(null);
  }

  /** Waits for the SUBSCRIBE; in vain where the connection was refused. */
  async #hearsSubscribe(): Promise<void> {
    for (let turn = 0; turn < 20 && !this.destroyed; turn += 1) {
      if (this.written.some((bytes) => bytes[0] === 0x82)) return;
      await nextTurn();
    }
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(Buffer.from(chunk));
    done();
  }
}

/** Runs a stream to its end. */
export async function runLink(stream: RandomStream, { direct, isPaced }: Run): Promise<Outcome> {
  const socket = new ScriptedSocket(stream, isPaced, async () => {
    do await nextTurn();
    while (waiting > 0);
    await nextTurn();
  });
  const messages: string[] = [];
  const refused: string[] = [];
  const states: string[] = [];
  const published: string[] = [];
  let closed: string | null = null;
  let waiting = 0;
  let heard = 0;
  let directs = 0;
  const link = new Link(
    {
      profile: {
        ...defaultProfileFields(),
        id: 'test',
        name: 'Test',
        host: 'in-memory',
        version: stream.version,
        cleanStart: stream.cleanStart,
        subscriptions: [{ filter: '#', qos: 2 }],
      },
      clientId: 'test',
      maxPacketBytes: stream.maxPacketBytes,
      authorities: [],
      incoming: new IncomingStore(),
      outgoing: new OutgoingStore(),
      credentials: () =>
        Promise.resolve({
          username: '',
          password: undefined,
          enhanced: null,
          expiresAtMs: null,
        }),
      secret: onlyPassword(undefined),
      subscriptions: new SubscriptionSet(),
      open: () => Promise.resolve(socket),
      direct,
    },
    {
      onConnected: (sessionPresent) => {
        states.push(`connected ${String(sessionPresent)}`);
        // Before the SUBSCRIBE, which the broker waits for: it answers nothing that it does not have yet.
        for (const qos of [1, 2] as const) {
          const message = { topic: 'ours', payload: Buffer.from('x'), qos, retain: false };
          void link.publish(message)?.then(({ kind }) => published.push(kind));
        }
      },
      onSubscriptions: (outcomes) => states.push(JSON.stringify(outcomes)),
      onMessage: (message, done) => {
        const number = heard++;
        if (!('cmd' in message)) directs += 1;
        const { topic, payload, qos, retain, dup, messageId, properties } = message;
        const rest = [qos, retain, dup, messageId ?? null, properties ?? null];
        const text = Buffer.from(payload).toString('latin1');
        messages.push(JSON.stringify([topic, text, ...rest]));
        if (number === stream.closesAt) {
          messages.push('closed here');
          void link.close();
        }
        if (number === stream.throwsAt) throw new Error('the handler failed');
        const turns = stream.turnsOf(number);
        if (turns === 0) {
          done();
          return;
        }
        waiting += 1;
        void (async () => {
          for (let turn = turns; turn > 0; turn -= 1) await nextTurn();
          waiting -= 1;
          done();
        })();
      },
      onRefused: (detail) => refused.push(detail),
      onClosed: (failure) => {
        closed = JSON.stringify(failure);
      },
    },
  );
  // Messages that had arrived may be delivered after the end.
  for (let quiet = 0; quiet < 8;) {
    const before = heard;
    await nextTurn();
    quiet = closed !== null && waiting === 0 && heard === before ? quiet + 1 : 0;
  }
  const written = packetsOf(Buffer.concat(socket.written));
  const isAnswer = (packet: string): boolean => /^[4-7]/u.test(packet);
  return {
    messages,
    refused,
    states,
    published,
    answers: written.filter((packet) => isAnswer(packet)),
    requests: written.filter((packet) => !isAnswer(packet)),
    closed: closed ?? '',
    direct: directs,
  };
}
