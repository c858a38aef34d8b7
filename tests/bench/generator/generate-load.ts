import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { BrokerSocket } from './broker-socket';
import { PublishPackets, type PacketOptions } from './publish-packets';

export interface LoadOptions extends PacketOptions {
  readonly host: string;
  readonly port: number;
  /** Messages a second; Infinity for as fast as the broker takes them. */
  readonly rate: number;
  /** Messages in all; Infinity to go on until the duration is over or the signal says so. */
  readonly count: number;
  /** Seconds. */
  readonly duration: number;
  /** The first message's sequence number: a second stream that goes on where another ended. */
  readonly first: number;
  /** QoS 1: so many messages wait for their PUBACK at the most. */
  readonly window: number;
  readonly signal?: AbortSignal;
}

export interface LoadResult {
  readonly sent: number;
  /** PUBACKs; 0 with QoS 0. */
  readonly acked: number;
  /** From the first byte written to the broker's answer to the last one. */
  readonly seconds: number;
  /** Messages a second. */
  readonly rate: number;
  /** Wall clock of the first byte, ms since 1970. */
  readonly startedMs: number;
  /** Order-independent sum of the hashes of all messages (topic and payload). */
  readonly hash: string;
}

const CHUNK_BYTES = 64 * 1024;
const TICK_MS = 2;

/** Publishes a stream, and returns when the broker has taken all of it. */
export async function generateLoad(options: LoadOptions): Promise<LoadResult> {
  const packets = new PublishPackets(options);
  const broker = await BrokerSocket.open(options.host, options.port, `load-${String(process.pid)}`);
  const startedMs = performance.timeOrigin + performance.now();
  const start = performance.now();
  const sent = await publishAll(broker, packets, options, start);
  if (options.qos > 0) await broker.until(() => broker.acknowledged >= sent);
  await broker.settle();
  const seconds = (performance.now() - start) / 1000;
  await broker.end();
  return {
    sent,
    acked: broker.acknowledged,
    seconds,
    rate: sent / seconds,
    startedMs,
    hash: packets.hash.toString(),
  };
}

async function publishAll(
  broker: BrokerSocket,
  packets: PublishPackets,
  options: LoadOptions,
  start: number,
): Promise<number> {
  const { rate, count, duration, first, window, qos, signal } = options;
  const buffer = new Uint8Array(Math.max(CHUNK_BYTES, packets.largest));
  let sent = 0;
  for (let chunk = 1; sent < count && signal?.aborted !== true; chunk += 1) {
    const elapsed = (performance.now() - start) / 1000;
    if (elapsed >= duration) break;
    const due = rate === Infinity ? Infinity : Math.floor(elapsed * rate) - sent;
    const room = qos > 0 ? window - (sent - broker.acknowledged) : Infinity;
    if (room <= 0) {
      const before = broker.acknowledged;
      await broker.until(() => broker.acknowledged > before);
      continue;
    }
    if (due <= 0) {
      await wait(TICK_MS);
      continue;
    }
    const most = Math.min(due, room, count - sent);
    let bytes = 0;
    let packed = 0;
    while (packed < most && bytes + packets.largest <= buffer.length) {
      bytes = packets.write(buffer, bytes, first + sent + packed);
      packed += 1;
    }
    await broker.write(buffer.subarray(0, bytes));
    sent += packed;
    // A write that the system takes at once never lets the event loop turn.
    if (chunk % 16 === 0) await nextTurn();
  }
  return sent;
}
