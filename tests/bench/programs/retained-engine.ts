/** A broker full of retained topics: how long until the engine has all of them, what they cost, how the tree answers. */
import { setTimeout as wait } from 'node:timers/promises';
import type { StatusFrame, TreeFrame, TreeParams } from '../../../app/contract';
import type { EngineClient, OpenView } from '../../../app/rpc/client';
import { openEngine } from '../../helpers/engine';
import { topicName, treeNodes } from '../stream';
import { nowMs, tell, toldToStop, type ProgramOptions } from './arguments';
import { benchProfile } from './engine-receiver';
import { PROFILE_ID } from './profile-id';

export interface RetainedResult {
  readonly received: number;
  readonly stored: number;
  readonly topics: number;
  /** From the call to connect until everything is in the tree and committed. */
  readonly sinceConnectSeconds: number;
  /** JavaScript heap and buffers, and resident memory, per topic, without the topic's own name and last value. */
  readonly heapBytesPerTopic: number;
  readonly rssBytesPerTopic: number;
  /** From the request to the frame that shows it, ms. */
  readonly operations: ReadonlyArray<readonly [name: string, elapsedMs: number]>;
}

interface Memory {
  readonly heap: number;
  readonly rss: number;
}

export async function receiveRetained(options: ProgramOptions): Promise<void> {
  const engine = await openEngine({ home: options.home, threads: options.threads });
  const { core, client } = engine;
  core.saveProfile(benchProfile(options.port, options.qos));
  const status = (): StatusFrame => core.runtime(PROFILE_ID).status(performance.now());
  const before = memory();
  const connectMs = nowMs();
  await core.connect(PROFILE_ID);
  tell({ ready: true });
  let stopped = false;
  void toldToStop().then(() => {
    stopped = true;
  });
  while (!stopped && status().stored < options.expect) await wait(10);
  const sinceConnectSeconds = (nowMs() - connectMs) / 1000;
  const after = memory();
  const { received, stored, topics } = status();
  const result: RetainedResult = {
    received,
    stored,
    topics,
    sinceConnectSeconds,
    ...perTopic(before, after, options),
    operations: stopped ? [] : await timeOperations(client, options.topics),
  };
  tell({ result });
  await engine.close();
}

/** After a thorough garbage collection, where Node.js was started with --expose-gc. */
function memory(): Memory {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + arrayBuffers, rss };
}

function perTopic(
  before: Memory,
  after: Memory,
  { topics, size }: ProgramOptions,
): Pick<RetainedResult, 'heapBytesPerTopic' | 'rssBytesPerTopic'> {
  let ownBytes = topics * size;
  for (let index = 0; index < topics; index += 1) ownBytes += topicName(index, topics).length;
  return {
    heapBytesPerTopic: (after.heap - before.heap - ownBytes) / topics,
    rssBytesPerTopic: (after.rss - before.rss - ownBytes) / topics,
  };
}

/** What a person does with a tree, asked for as the window does. */
async function timeOperations(
  client: EngineClient,
  topics: number,
): Promise<RetainedResult['operations']> {
  const tree = new TimedTree(client);
  const wanted = topicName(Math.floor(topics / 2), topics);
  const all = treeNodes(topics);
  const expand = (expanded: boolean) => () => {
    void client.calls.setAllExpanded({ profileId: PROFILE_ID, expanded });
  };
  const change = (params: Partial<TreeParams>) => () => {
    tree.update(params);
  };
  await tree.until('first frame', change({ count: 51 }), (frame) => frame.topics === topics);
  await tree.until('expand all', expand(true), (frame) => frame.total === all);
  // The selection says which frame is the answer: every second sort shows a row.
  const shows = (frame: TreeFrame): boolean => frame.selectedIndex !== null;
  await tree.until('sort by count', change({ sort: 'count', selected: wanted }), shows);
  await tree.until(
    'sort by latest',
    change({ sort: 'latest', selected: null }),
    (frame) => !shows(frame),
  );
  await tree.until('sort by name', change({ sort: 'name', selected: wanted }), shows);
  await tree.until('jump to the end', change({ first: all - 50 }), (frame) => frame.first > 0);
  await tree.until('jump to the start', change({ first: 0 }), (frame) => frame.first === 0);
  await tree.until('filter one', change({ filter: wanted }), (frame) => frame.matching < topics);
  await tree.until(
    'filter by +',
    change({ filter: 'bench/area1/+/+' }),
    (frame) => frame.matching === topics / 10,
  );
  await tree.until('no filter', change({ filter: '' }), (frame) => frame.matching === topics);
  await tree.until('collapse all', expand(false), (frame) => frame.total === 1);
  tree.close();
  return tree.times;
}

/** A tree view whose frames are waited for; nothing arrives meanwhile, so a frame is always an answer. */
class TimedTree {
  readonly times: [name: string, elapsedMs: number][] = [];
  readonly #view: OpenView<TreeParams>;
  #params: TreeParams = {
    profileId: PROFILE_ID,
    first: 0,
    count: 50,
    sort: 'name',
    filter: '',
    selected: null,
    holdOrder: false,
  };
  #look: (frame: TreeFrame) => void = () => undefined;

  constructor(client: EngineClient) {
    this.#view = client.open('tree', this.#params, (frame) => {
      this.#look(frame);
    });
  }

  update(params: Partial<TreeParams>): void {
    this.#params = { ...this.#params, ...params };
    this.#view.update(this.#params);
  }

  /** Does something and waits for the frame that shows it. */
  async until(name: string, act: () => void, shows: (frame: TreeFrame) => boolean): Promise<void> {
    const start = performance.now();
    await new Promise<void>((resolve) => {
      this.#look = (frame) => {
        if (shows(frame)) resolve();
      };
      act();
    });
    this.times.push([name, performance.now() - start]);
    // What else the change may set off is not counted to the next step.
    await wait(100);
  }

  close(): void {
    this.#view.close();
  }
}
