/**
 * The charts' thread: reads histories and decodes payloads, a few milliseconds at a time, so that a number that is quick
 * to read never waits for one that takes long. Whoever started it ends it when its pulse stops. The bundle of this file
 * is started by chart-thread.ts.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { toWireError } from '../../../app/errors';
import { historyError } from '../history/driver';
import { ChartFiles } from './chart-files';
import type {
  ChartThreadStart,
  FromChartThread,
  SeriesAnswer,
  SeriesRequest,
  ToChartThread,
} from './chart-protocol';

const SLICE_MS = 8;
const PROGRESS_MS = 100;

const { thread, pulse } = workerData as ChartThreadStart;
const beats = new Int32Array(pulse);
let schemas: ReadonlyMap<string, DecodingSchema> = new Map();
const cancelled = new Set<number>();
const running = new Set<number>();
const files = new ChartFiles({
  ...{ thread, isSnapshot: false },
  schema: (id) => schemas.get(id),
  beat: () => {
    Atomics.add(beats, 0, 1);
  },
});

async function read(id: number, request: SeriesRequest): Promise<SeriesAnswer | null> {
  let toldMs = performance.now();
  for (;;) {
    if (cancelled.has(id)) return null;
    Atomics.store(beats, 1, id);
    const step = files.atOnce(request.source, (reader) => {
      const share = reader.prepare(request, performance.now() + SLICE_MS);
      return share < 1 ? share : reader.answer(request);
    });
    Atomics.store(beats, 1, 0);
    if (typeof step !== 'number') return step;
    if (performance.now() - toldMs > PROGRESS_MS) {
      toldMs = performance.now();
      tell({ t: 'progress', id, share: step });
    }
    // Others have their turn, and what cancels this one is heard.
    await turn();
  }
}

async function serve(id: number, request: SeriesRequest): Promise<void> {
  running.add(id);
  try {
    const answer = await read(id, request);
    if (answer) tell({ t: 'done', id, answer }, answer);
  } catch (error) {
    tell({ t: 'failed', id, error: toWireError(historyError('The chart cannot be read', error)) });
  }
  Atomics.store(beats, 1, 0);
  running.delete(id);
  cancelled.delete(id);
}

function tell(message: FromChartThread, answer?: SeriesAnswer): void {
  const frame = answer?.frame;
  const columns = frame
    ? [frame.timesUs, frame.values, frame.starts, frame.counts, frame.sums]
    : [];
  parentPort?.postMessage(
    message,
    columns.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

parentPort?.on('message', (message: ToChartThread) => {
  switch (message.t) {
    case 'schemas':
      schemas = new Map(message.schemas.map((schema) => [schema.id, schema]));
      return;
    case 'read':
      void serve(message.id, message.request);
      return;
    case 'cancel':
      if (running.has(message.id)) cancelled.add(message.id);
  }
});
