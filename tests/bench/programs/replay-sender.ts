/** Fills a history, then replays it to a broker, as the engine and the command line do. */
import { join } from 'node:path';
import { defaultProfileFields } from '../../../app/profile';
import { DEFAULT_RULES } from '../../../app/replay/rules';
import { everything } from '../../../app/selection';
import { onlyPassword } from '../../../app/secret';
import type { MessageBatch } from '../../../main/engine/history/history';
import { openHistory } from '../../../main/engine/history/sqlite-history';
import { createConnection } from '../../../main/engine/mqtt/mqtt-connection';
import type { Connection } from '../../../main/engine/mqtt/types';
import { Replayer } from '../../../main/engine/replay/replayer';
import { SourceReader } from '../../../main/engine/replay/source-reader';
import { percentile } from '../statistics';
import { benchPayload, benchTopic } from './bare-publisher';
import { tell, type ProgramOptions } from './arguments';

export interface SendResult {
  readonly sent: number;
  readonly acknowledged: number;
  readonly rate: number;
  /** How long after it was due a message went, ms; 0 where nothing is due. */
  readonly lateP99Ms: number;
}

const PROFILE = 'bench';
const BATCH = 5_000;
const BEGAN_US = 1_790_000_000_000_000;
/** 1,000 messages a second. */
const STEP_US = 1_000;

export async function replayFile(options: ProgramOptions): Promise<void> {
  const file = join(options.home, 'replay.db');
  await fill(file, options);
  const connection = await connected(options);
  const sentMs: number[] = [];
  const reader = new SourceReader(
    { kind: 'history', file, selection: everything(PROFILE) },
    options.threads,
  );
  const isMax = options.speed === 'max';
  await new Promise<void>((resolve) => {
    const replayer = new Replayer({
      reader,
      rules: DEFAULT_RULES,
      speed: isMax ? 'max' : Number(options.speed),
      maxPauseMs: null,
      loops: 1,
      fromUs: null,
      toUs: null,
      connection: () => connection,
      onSend: () => {
        if (!isMax) sentMs.push(performance.now());
      },
      onEnd: () => {
        const { sent, acknowledged, elapsedMs } = replayer.progress(performance.now());
        const offsets = sentMs.map((ms, at) => ms - (at * STEP_US) / 1_000);
        // The first one may itself be late: the plan begins where none is early.
        const begin = offsets.reduce((least, offset) => Math.min(least, offset), Infinity);
        const late = offsets.map((offset) => offset - begin);
        const result: SendResult = {
          sent,
          acknowledged,
          rate: (sent * 1_000) / elapsedMs,
          lateP99Ms: isMax ? 0 : percentile(late, 0.99),
        };
        tell({ result });
        resolve();
      },
    });
    replayer.start();
  });
  await reader.close();
  await connection.disconnect();
}

async function fill(file: string, options: ProgramOptions): Promise<void> {
  const { threads, expect, topics, qos } = options;
  const history = openHistory({ file, threads });
  const session = history.beginSession(PROFILE, BEGAN_US);
  const keys = Array.from({ length: topics }, (_, at) => history.addTopic(PROFILE, benchTopic(at)));
  for (let from = 0; from < expect; from += BATCH) {
    const places = Array.from({ length: Math.min(BATCH, expect - from) }, (_, at) => from + at);
    const batch: MessageBatch = {
      length: places.length,
      ids: places.map((at) => at + 1),
      timesUs: places.map((at) => BEGAN_US + at * STEP_US),
      topicKeys: places.map((at) => keys[at % topics] ?? 0),
      flags: places.map(() => qos),
      packetIds: places.map((at) => (qos === 0 ? 0 : 1 + (at % 65_535))),
      properties: places.map(() => null),
      payloads: places.map(benchPayload),
    };
    await history.append(PROFILE, session, batch, { received: places.length, refused: 0 });
  }
  await history.close();
}

function connected({ port }: ProgramOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection = createConnection({
      profile: {
        ...defaultProfileFields(),
        id: PROFILE,
        name: PROFILE,
        host: '127.0.0.1',
        port,
        subscriptions: [],
      },
      secret: onlyPassword(undefined),
      sink: {
        onMessage: (_, done) => {
          done();
        },
        onRefused: () => undefined,
        onState: ({ kind }) => {
          if (kind === 'connected') resolve(connection);
          if (kind === 'failed') reject(new Error('The broker could not be reached.'));
        },
      },
    });
    connection.connect();
  });
}
