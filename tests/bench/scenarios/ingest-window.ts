/** The whole app under a stream: the window open, the tree expanded, a topic shown; against bare mqtt.js alone. */
import { runsOf, startBroker, withFolder, type BenchOptions, type Scenario } from '../bench';
import type { Mosquitto } from '../../helpers/mosquitto';
import { HashSum } from '../message-hash';
import { runProgram, startLoad } from '../processes';
import type { ReadBack } from '../programs/read-back';
import type { Row } from '../rows';
import { openWindow, storedReaches } from '../window-session';
import { PATIENCE_MS, rowsOf, runReference, streamCount } from './ingest-engine';

const NAME = 'ingest-window';
const TOPICS = 1_000;

type Stored = ReadBack & {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
};

async function runWindow(
  broker: Mosquitto,
  qos: 0 | 1,
  subscriptions: number,
  options: BenchOptions,
): Promise<Awaited<ReturnType<typeof runReference>>> {
  return await withFolder(async (home) => {
    const { port } = broker;
    const count = streamCount(qos, options);
    const session = await openWindow({ broker, home, qos, topics: TOPICS, subscriptions });
    let seconds: number;
    const hash = new HashSum();
    try {
      hash.addSum(session.filled.hash);
      const done = storedReaches(session.window, TOPICS + count, PATIENCE_MS);
      const sent = await startLoad({ port, qos, count, topics: TOPICS, first: TOPICS }).result;
      hash.addSum(sent.hash);
      seconds = ((await done) - sent.startedMs) / 1000;
    } finally {
      await session.close();
    }
    const back = await runProgram<Stored>('read-back', { home });
    const all = TOPICS + count;
    const complete =
      [back.messages, back.received, back.stored].every((one) => one === all) &&
      back.refused === 0 &&
      back.hash === hash.toString();
    // The processor time of a window is spread over five processes; the frames scenario says what it can do.
    return { rate: count / seconds, cpuUs: Number.NaN, complete };
  });
}

async function measure(qos: 0 | 1, options: BenchOptions): Promise<Row[]> {
  const broker = await startBroker();
  try {
    const stream = { port: broker.port, qos, count: streamCount(qos, options) };
    const references = [];
    const runs = [];
    for (let run = 0; run < runsOf(options); run += 1) {
      references.push(await runReference(stream));
      runs.push(await runWindow(broker, qos, 2 * run + 1, options));
    }
    const rows = rowsOf(`${NAME} QoS ${String(qos)}`, references, runs, 0.75);
    return rows.filter((row) => Number.isFinite(row.ours));
  } finally {
    await broker.dispose();
  }
}

export const ingestWindow: Scenario = {
  name: NAME,
  needsWindow: true,
  run: async (options) => [...(await measure(0, options)), ...(await measure(1, options))],
};
