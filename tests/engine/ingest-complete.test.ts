/** Nothing is lost on the way: what a flood of messages brought is all there, byte by byte. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { join } from 'node:path';
import { startBroker } from '../bench/bench';
import { startLoad } from '../bench/processes';
import { readBack } from '../bench/programs/read-back';
import { treeNodes } from '../bench/stream';
import { openEngine, type TestEngine } from '../helpers/engine';
import { bundleHistory, type Bundles } from '../helpers/history';
import { untrueCounters } from '../helpers/history-contents';
import type { Mosquitto } from '../helpers/mosquitto';

const TOPICS = 1_000;

let bundles: Bundles;
let broker: Mosquitto;
let engine: TestEngine;

beforeAll(async () => {
  bundles = await bundleHistory();
  broker = await startBroker();
});
afterEach(async () => {
  await engine.dispose();
});
afterAll(async () => {
  await broker.dispose();
  await bundles.dispose();
});

test.each([
  { count: 50_000, qos: 0 as const, payload: 'json' as const },
  { count: 20_000, qos: 1 as const, payload: 'random' as const },
])(
  '$count messages as fast as they come, QoS $qos: received = stored = sent, by number and by content',
  async ({ count, qos, payload }) => {
    engine = await openEngine({ threads: bundles.threads });
    const { client, core, home } = engine;
    const { id: profileId } = await engine.addProfile({
      port: broker.port,
      subscriptions: [{ filter: 'bench/#', qos }],
    });
    await client.calls.connect({ profileId });
    await engine.waitFor(
      'status',
      { profileId },
      ({ state }) => state.kind === 'connected' && state.subscriptions.length > 0,
    );

    const sent = await startLoad({ port: broker.port, topics: TOPICS, count, qos, payload }).result;
    expect(sent).toMatchObject({ sent: count, acked: qos === 0 ? 0 : count });

    const status = await engine.waitFor(
      'status',
      { profileId },
      ({ stored, refused }) => stored + refused >= count,
    );
    expect(status).toMatchObject({
      received: count,
      stored: count,
      refused: 0,
      pruned: 0,
      topics: TOPICS,
      historyProblem: null,
    });
    const { tree } = core.runtime(profileId);
    tree.setExpandedBelow(tree.root, true);
    expect(tree.rows).toBe(treeNodes(TOPICS));
    expect(tree.node('bench')).toMatchObject({ count, topics: TOPICS });
    expect(await readBack(core.history, profileId)).toEqual({
      messages: count,
      topics: TOPICS,
      payloadBytes: count * 100,
      hash: sent.hash,
    });

    await engine.close();
    expect(untrueCounters(join(home, 'history.db'))).toEqual([]);
    expect(engine.warnings).toEqual([]);
  },
);
