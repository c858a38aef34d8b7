/**
 * A recording that is killed at any moment leaves a sound file that holds all but the last moment, and says so at the
 * next start. `MQTT_LOUPE_KILLS=200` kills that often; `MQTT_LOUPE_SEED` repeats the moments of another run.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../main/engine/demo/plant';
import { startBroker } from '../bench/bench';
import { generateLoad, type LoadResult } from '../bench/generator/generate-load';
import { Payloads, topicIndex, topicName } from '../bench/stream';
import { bundleCommandLine, type CommandLine } from '../helpers/cli';
import { temporaryFolder } from '../helpers/history';
import type { Mosquitto } from '../helpers/mosquitto';
import { infoOf, messagesOf, problemsOf, type StoredLine } from '../helpers/stored';

const KILLS = Number(process.env['MQTT_LOUPE_KILLS'] ?? 8);
const SEED = Number(process.env['MQTT_LOUPE_SEED'] ?? Date.now() % 1_000_000);
const TOPICS = 200;
const SIZE_BYTES = 100;
/** A batch is at most 100 ms old; the rest is what writing it takes where several others want the processor, too. */
const MAY_MISS_MS = 100 + 1_400;
const payloads = new Payloads('json', SIZE_BYTES);
const random = seededRandom(SEED);

let cli: CommandLine;
let broker: Mosquitto;
beforeAll(async () => {
  [cli, broker] = await Promise.all([bundleCommandLine(), startBroker()]);
});
afterAll(async () => {
  await broker.dispose();
  await cli.dispose();
});

interface Round {
  readonly file: string;
  /** Killed while it starts, so that the stream is on when it begins to listen. */
  readonly early: boolean;
  readonly afterMs: number;
  readonly qos: 0 | 1;
  readonly rate: number;
}

function pick<Value>(...values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** Sequence number of the next message that is sent; every message of all rounds is another one. */
let nextSequence = 0;

function startLoad({ qos, rate }: Round): { first: number; stop: () => Promise<LoadResult> } {
  const first = nextSequence;
  const ending = new AbortController();
  const ended = generateLoad({
    host: '127.0.0.1',
    port: broker.port,
    topics: TOPICS,
    sizeBytes: SIZE_BYTES,
    kind: 'json',
    qos,
    retain: false,
    rate,
    count: Infinity,
    duration: 60,
    first,
    window: 1_000,
    signal: ending.signal,
  });
  return {
    first,
    stop: async () => {
      ending.abort();
      const result = await ended;
      nextSequence = first + result.sent;
      return result;
    },
  };
}

interface Killed {
  readonly first: number;
  readonly sent: number;
  readonly killedMs: number;
  /** How long the stream was on and listened to; null when it was not listening yet. */
  readonly listenedMs: number | null;
}

async function recordAndKill(round: Round): Promise<Killed> {
  const args = ['record', '--url', `mqtt://127.0.0.1:${String(broker.port)}`, '-t', 'bench/#'];
  const record = [...args, '--qos', String(round.qos), '--db', round.file];
  const early = round.early ? startLoad(round) : null;
  const recording = cli.start(record);
  if (early === null) await recording.says(/recording bench/u);
  const load = early ?? startLoad(round);
  const startedMs = Date.now();
  await wait(round.afterMs);
  const killedMs = Date.now();
  recording.child.kill('SIGKILL');
  expect(await recording.ended, 'it was running until it was killed').toMatchObject({ code: null });
  const { sent } = await load.stop();
  const listenedMs = round.early ? null : killedMs - startedMs;
  return { first: load.first, sent, killedMs, listenedMs };
}

function sequenceOf({ payload }: StoredLine): number {
  return Number((JSON.parse(payload) as { seq: number }).seq) - 1_000_000_000;
}

function expectedPayload(sequence: number): string {
  const bytes = new Uint8Array(SIZE_BYTES);
  payloads.write(bytes, 0, sequence, topicIndex(sequence, TOPICS));
  return Buffer.from(bytes).toString();
}

/** Messages of one run, in the order of arrival: exact, and without a hole. Returns the first one's sequence number. */
function expectUnbroken(lines: readonly StoredLine[], what: string): number | null {
  const [head] = lines;
  if (head === undefined) return null;
  const first = sequenceOf(head);
  const strange = lines.findIndex(
    ({ topic, payload }, at) =>
      topic !== topicName(topicIndex(first + at, TOPICS), TOPICS) ||
      payload !== expectedPayload(first + at),
  );
  expect(lines[strange], `${what}, message ${String(strange)} of ${String(lines.length)}`).toBe(
    undefined,
  );
  return first;
}

const missedMs: number[] = [];

/** Looks at a file right after a kill. Returns how many messages it holds now. */
async function examine(
  round: Round,
  killed: Killed,
  before: number,
  what: string,
): Promise<number> {
  if (!existsSync(round.file)) {
    expect(round.early, what).toBe(true);
    return 0;
  }
  const started = await cli.run(['info', '--db', round.file, '--json']);
  // Killed between making the file and filling it: there is no history yet, and nothing was in it.
  if (started.code === 4 && round.early && before === 0) return 0;
  expect(await problemsOf(cli, round.file), what).toEqual([]);
  const { messages, sessions, profiles } = await infoOf(cli, round.file);
  const own = sessions.at(-1);
  const stored = messages - before;
  expect(stored, what).toBeGreaterThanOrEqual(0);
  const lines = await messagesOf(cli, round.file, ['--reverse', '-n', String(stored + 1)]);
  expect(lines.length, what).toBe(stored + (before > 0 ? 1 : 0));
  const ownLines = lines.slice(0, stored).reverse();
  const first = expectUnbroken(ownLines, what);
  if (stored > 0) {
    expect(own, what).toMatchObject({ ended: null, received: stored, stored, refused: 0 });
    expect(new Set(ownLines.map(({ session }) => session)), what).toEqual(new Set([own?.key]));
    if (!round.early) expect(first, what).toBe(killed.first);
    expect(sequenceOf(ownLines.at(-1) as StoredLine), what).toBeLessThan(
      killed.first + killed.sent,
    );
  }
  for (const counted of profiles)
    expect(counted, what).toMatchObject({ received: messages, stored: messages, refused: 0 });
  if (killed.listenedMs !== null) {
    const last = ownLines.at(-1);
    const missing = last ? killed.killedMs - Date.parse(last.time) : killed.listenedMs;
    missedMs.push(missing);
    expect(missing, `${what}: the last message stored is that old`).toBeLessThan(MAY_MISS_MS);
  }
  return messages;
}

/** The next start ends what was left open, with a gap that says so. */
async function expectEndedByNextStart(file: string, what: string): Promise<void> {
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const next = await cli.run(['record', '-u', url, '-t', 'quiet', '--for', '1ms', '--db', file]);
  expect(next.code, what).toBe(0);
  for (const session of (await infoOf(cli, file)).sessions) {
    expect(session, what).toMatchObject({ gapKinds: { lost: 1 } });
    // A session of which nothing was stored before the kill ended as it began.
    expect(session.ended, what).toBe(session.last ?? session.started);
  }
}

test(
  `killed ${String(KILLS)} times at any moment: sound, counted, without a hole, all but the last moment`,
  { timeout: KILLS * 20_000 },
  async () => {
    const folder = await temporaryFolder();
    const growing = join(folder, 'growing.db');
    let inGrowing = 0;
    for (let number = 0; number < KILLS; number += 1) {
      const isCold = number % 3 === 0;
      const round: Round = {
        file: isCold ? join(folder, `cold-${String(number)}.db`) : growing,
        early: random() < 0.25,
        afterMs: random() * 700,
        qos: pick(0, 1),
        rate: pick(2_000, 20_000, Infinity),
      };
      const what = `seed ${String(SEED)}, kill ${String(number)} ${JSON.stringify(round)}`;
      const killed = await recordAndKill(round);
      const held = await examine(round, killed, isCold ? 0 : inGrowing, what);
      if (isCold && held > 0) await expectEndedByNextStart(round.file, what);
      if (!isCold) inGrowing = held;
    }
    await expectEndedByNextStart(growing, 'the growing history');
    const lines = await messagesOf(cli, growing);
    const { sessions } = await infoOf(cli, growing);
    expect(lines.length).toBe(inGrowing);
    for (const { key, stored } of sessions) {
      const own = lines.filter(({ session }) => session === key);
      expect(own.length).toBe(stored);
      expectUnbroken(own, `session ${String(key)}`);
    }
    missedMs.sort((one, other) => one - other);
    console.info(
      `${String(missedMs.length)} kills while messages came: the last one stored was ${String(missedMs[missedMs.length >> 1])} ms old (median), ${String(missedMs.at(-1))} ms at the most`,
    );
  },
);
