import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Preview } from '../../../app/payload/preview';
import type { TopicNode, TopicValue } from '../../../main/engine/tree/topic-node';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import { DecodedPreviews } from '../../../main/engine/views/decoded-previews';

const PLAIN: Preview = { text: '01', kind: 'binary', number: null };

function valueOf(id: number): TopicValue {
  const flags = { flags: 0, packetId: 0, properties: null, retained: false };
  return { count: 1, payload: Uint8Array.of(1), sizeBytes: 1, id, timeUs: id, ...flags };
}

test('rows that change all the time do not keep others from being decoded', async () => {
  const decoded: string[] = [];
  const previews = new DecodedPreviews(
    {
      version: 1,
      ruleOf: () => null,
      glance: (_profile, topic) => {
        decoded.push(topic);
        return Promise.resolve(null);
      },
    },
    'profile',
  );
  const tree = new TopicTree();
  const rows: (readonly [TopicNode, string])[] = [];
  for (let at = 0; at < 20; at += 1) {
    const topic = `raw/${String(at)}`;
    const node = tree.reach(topic);
    tree.count(node, topic, valueOf(at), 1, at);
    rows.push([node, topic]);
  }
  for (let frame = 1; frame <= 6; frame += 1) {
    previews.begin();
    for (const [node, topic] of rows) {
      if (node.value) node.value.id += 100;
      previews.of(node, topic, PLAIN);
    }
    previews.work(frame * 100);
    for (let wait = 0; wait < 20; wait += 1) await turn();
  }
  // Eight a frame: 48 in all, each of the 20 rows at least twice.
  for (const [, topic] of rows) {
    expect(decoded.filter((one) => one === topic).length).toBeGreaterThanOrEqual(2);
  }
  expect(decoded).toHaveLength(48);
});
