import { describe, expect, test, vi } from 'vitest';
import { LoupeError } from '../../../app/errors';
import { Clock } from '../../../main/engine/clock';
import type { History, MessageBatch } from '../../../main/engine/history/history';
import { Ingest } from '../../../main/engine/ingest';
import { TopicTree } from '../../../main/engine/tree/topic-tree';

/** A history whose disk can be full: filling a real one needs a file system of our own. */
function fragileHistory(): {
  history: History;
  stored: { topic: number; payload: string }[];
  counts: { received: number; refused: number }[];
  disk: { full: boolean };
} {
  const stored: { topic: number; payload: string }[] = [];
  const counts: { received: number; refused: number }[] = [];
  const disk = { full: false };
  const keys = new Map<string, number>();
  const history = {
    internTopic: (_profile: string, name: string) => {
      const key = keys.get(name) ?? keys.size + 1;
      keys.set(name, key);
      return key;
    },
    append: (
      _profile: string,
      _session: number,
      batch: MessageBatch,
      count: (typeof counts)[0],
    ) => {
      if (disk.full) throw new LoupeError('history-unavailable', 'The disk is full.');
      counts.push({ ...count });
      for (let at = 0; at < batch.length; at += 1) {
        stored.push({
          topic: batch.topicKeys[at]!,
          payload: Buffer.from(batch.payloads[at]!).toString(),
        });
      }
    },
  };
  return { history: history as unknown as History, stored, counts, disk };
}

function open(history: History): {
  ingest: Ingest;
  tree: TopicTree;
  say: (topic: string, payload: string | Uint8Array, retain?: boolean) => void;
} {
  const tree = new TopicTree();
  const ingest = new Ingest({
    profileId: 'p',
    tree,
    history,
    clock: new Clock(),
    ids: { next: 1 },
    session: () => 1,
    onFlushed: () => undefined,
  });
  const say = (topic: string, payload: string | Uint8Array, retain = false): void => {
    const done = vi.fn();
    const bytes =
      typeof payload === 'string'
        ? Buffer.from(payload)
        : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    ingest.receive({ cmd: 'publish', topic, payload: bytes, qos: 0, retain, dup: false }, done);
    expect(done).toHaveBeenCalledTimes(1);
  };
  return { ingest, tree, say };
}

describe('ingest', () => {
  test('stores a batch in the order of arrival', () => {
    const { history, stored, counts } = fragileHistory();
    const { ingest, say } = open(history);
    say('a', '1');
    say('b', '2');
    say('a', '3');
    ingest.flush();
    expect(stored).toEqual([
      { topic: 1, payload: '1' },
      { topic: 2, payload: '2' },
      { topic: 1, payload: '3' },
    ]);
    expect(counts).toEqual([{ received: 3, refused: 0 }]);
  });

  test('a full disk is said, the live view goes on, and what was not stored is counted as refused', () => {
    const { history, stored, counts, disk } = fragileHistory();
    const { ingest, tree, say } = open(history);
    disk.full = true;
    say('a', '1');
    say('a', '2');
    ingest.flush();
    expect(ingest.problem).toBe('The disk is full.');
    expect(ingest.waitingRefused).toBe(2);
    expect(tree.topic('a')?.count).toBe(2);
    disk.full = false;
    say('a', '3');
    ingest.flush();
    expect(ingest.problem).toBeNull();
    expect(stored.map((one) => one.payload)).toEqual(['3']);
    expect(counts).toEqual([{ received: 3, refused: 2 }]);
  });

  test('a last value does not hold the socket buffer it came in, and a large one is kept in part', () => {
    const { history } = fragileHistory();
    const { ingest, tree, say } = open(history);
    const socketBuffer = new Uint8Array(1_000_000).fill(7);
    say('small', socketBuffer.subarray(10, 20));
    say('large', socketBuffer);
    ingest.flush();
    expect(tree.topic('small')?.value?.payload?.buffer.byteLength).toBe(10);
    expect(tree.topic('large')?.value).toMatchObject({ sizeBytes: 1_000_000 });
    expect(tree.topic('large')?.value?.payload?.length).toBe(64 * 1024);
  });

  test('knows which topics have a retained message', () => {
    const { history } = fragileHistory();
    const { tree, say } = open(history);
    const retained = (): boolean | undefined => tree.topic('t')?.value?.retained;
    say('t', 'x', true);
    expect(retained()).toBe(true);
    say('t', 'live');
    expect(retained()).toBe(true);
    say('t', '');
    expect(retained()).toBe(false);
  });
});
