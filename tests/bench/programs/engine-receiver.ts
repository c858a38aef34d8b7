/** The engine without a window: connects, receives, stores; then everything is read back. */
import { setTimeout as wait } from 'node:timers/promises';
import type { StatusFrame } from '../../../app/contract';
import { LoupeError } from '../../../app/errors';
import { defaultProfileFields, type Profile } from '../../../app/profile';
import { allMessages } from '../../../app/search/message-search';
import { EngineCore } from '../../../main/engine/engine-core';
import type { History } from '../../../main/engine/history/history';
import { cpuMs, nowMs, tell, toldToStop, type ProgramOptions } from './arguments';
import { PROFILE_ID } from './profile-id';
import { readBack, type ReadBack } from './read-back';

export interface EngineResult {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly pruned: number;
  /** From the first message to the last commit. */
  readonly seconds: number;
  /** Until the last commit; reading back is not in it. */
  readonly cpuMs: number;
  /** Searches through all that was stored by then. */
  readonly searched: number;
  readonly readBack: ReadBack;
}

/** How exactly the last commit is seen. */
const LOOK_MS = 10;

/** The profile of all scenarios: nothing but the benchmark's topics. */
export function benchProfile(port: number, qos: 0 | 1): Profile {
  return {
    ...defaultProfileFields(),
    id: PROFILE_ID,
    name: PROFILE_ID,
    host: '127.0.0.1',
    port,
    subscriptions: [{ filter: 'bench/#', qos }],
  };
}

export function openCore(home: string, threads: string): EngineCore {
  return new EngineCore({
    home,
    threads,
    secret: () => Promise.resolve(undefined),
    onConnected: () => undefined,
    onProfileGone: () => undefined,
    warn: (message) => {
      process.stderr.write(`${message}\n`);
    },
  });
}

/** Saves the profile into a data folder, for the app that is started there. */
export async function prepareHome(options: ProgramOptions): Promise<void> {
  const core = openCore(options.home, options.threads);
  core.saveProfile(benchProfile(options.port, options.qos));
  await core.close();
  tell({ result: {} });
}

export async function receiveWithEngine(options: ProgramOptions): Promise<void> {
  const core = openCore(options.home, options.threads);
  core.saveProfile(benchProfile(options.port, options.qos));
  const status = (): StatusFrame => core.runtime(PROFILE_ID).status(performance.now());
  const cpu = process.cpuUsage();
  await core.connect(PROFILE_ID);
  await until(() => isSubscribed(status()));
  tell({ ready: true });
  let stopped = false;
  void toldToStop().then(() => {
    stopped = true;
  });
  const searches = options.searching ? new Searches(core.history) : null;
  await until(() => {
    const { stored, refused } = status();
    return stopped || stored + refused >= options.expect;
  });
  const endMs = nowMs();
  const usedMs = cpuMs(cpu);
  const searched = (await searches?.end()) ?? 0;
  const { received, stored, refused, pruned, oldestTimeUs } = status();
  const result: EngineResult = {
    received,
    stored,
    refused,
    pruned,
    seconds: (endMs - (oldestTimeUs ?? 0) / 1000) / 1000,
    cpuMs: usedMs,
    searched,
    readBack: await readBack(core.history, PROFILE_ID),
  };
  tell({ result });
  await core.close();
}

/** Looks through all that is stored for what no message has, again and again. */
class Searches {
  readonly #ended: Promise<number>;
  #isOver = false;

  constructor(private readonly history: History) {
    this.#ended = this.#searchOn();
  }

  /** @returns how often all was looked through */
  end(): Promise<number> {
    this.#isOver = true;
    return this.#ended;
  }

  async #searchOn(): Promise<number> {
    for (let searched = 0; ; searched++) {
      const search = { ...allMessages(PROFILE_ID), text: 'nowhere' };
      const list = await this.history.openList(PROFILE_ID, search);
      while (!this.#isOver && (await this.#isUnderWay(list))) await wait(LOOK_MS);
      this.history.closeList(list);
      if (this.#isOver) return searched;
    }
  }

  async #isUnderWay(list: number): Promise<boolean> {
    const request = { list, first: 0, count: 0, end: null, stopped: false, again: true };
    return (await this.history.listRows(request))?.progress.state === 'searching';
  }
}

function isSubscribed({ state }: StatusFrame): boolean {
  if (state.kind === 'failed')
    throw new LoupeError('internal', `The engine could not connect: ${JSON.stringify(state)}`);
  return state.kind === 'connected' && state.subscriptions.length > 0;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(LOOK_MS);
}
