import { expect, test } from 'vitest';
import type { TreeFrame, TreeParams } from '../../../app/contract';
import type { ProfileRuntime } from '../../../main/engine/profile-runtime';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import type { TopicValue } from '../../../main/engine/tree/topic-node';
import { TreeView } from '../../../main/engine/views/tree-view';

const PARAMS: TreeParams = {
  ...{ profileId: 'lab', first: 0, count: 10, sort: 'name', filter: '' },
  ...{ selected: null, holdOrder: false },
};

function valueOf(count: number): TopicValue {
  const message = { payload: Buffer.from('1'), sizeBytes: 1, timeUs: 1, flags: 0, packetId: 0 };
  return { ...message, count, id: count, properties: null, retained: false };
}

function frameOf(view: TreeView, nowMs: number): TreeFrame {
  const frame = view.next(nowMs);
  if (frame === null || frame instanceof Promise) throw new Error('A frame was expected.');
  return frame;
}

test('what was stored before is no rate, and the window hears when all of it was read', () => {
  const tree = new TopicTree();
  const runtime = { tree, isLoading: true, isArchived: false };
  const view = new TreeView(runtime as unknown as ProfileRuntime, PARAMS);
  const count = (topic: string, more: number): void => {
    const node = tree.reach(topic);
    tree.count(node, topic, valueOf(more), more, more);
  };
  expect(frameOf(view, 0)).toMatchObject({ total: 0, loading: true });
  count('plant/a', 1_000_000);
  frameOf(view, 1_000);
  count('plant/b', 2_000_000);
  const half = frameOf(view, 3_000);
  expect(half).toMatchObject({ loading: true, topics: 2 });
  expect(half.rows[0]).toMatchObject({ count: 3_000_000, rate: null });

  runtime.isLoading = false;
  const whole = frameOf(view, 4_000);
  expect(whole.loading).toBe(false);
  expect(whole.rows[0]).toMatchObject({ rate: null });
  count('plant/b', 2_000_010);
  expect(frameOf(view, 6_000).rows[0]?.rate).toBeGreaterThan(0);
});
