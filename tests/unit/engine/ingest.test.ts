import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LoupeError } from '../../../app/errors';
import { Clock } from '../../../main/engine/clock';
import type { History, MessageBatch } from '../../../main/engine/history/history';
import { Ingest } from '../../../main/engine/ingest';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import { MOST_WAITING_MESSAGES } from '../../../main/engine/valve';

const HOLD_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Gap {
  readonly kind: string;
  readonly messages: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly detail: string;
}

/** A history whose disk can be full, or slow: filling a real one needs a file system of our own. */
function fragileHistory(): {
  history: History;
  stored: { topic: number; payload: string }[];
  counts: { received: number; refused: number }[];
  topics: string[];
  gaps: Gap[];
  backlog: { messages: number; bytes: number };
  disk: { full: boolean };
} {
  const stored: { topic: number; payload: string }[] = [];
  const counts: { received: number; refused: number }[] = [];
  const topics: string[] = [];
  const gaps: Gap[] = [];
  const backlog = { messages: 0, bytes: 0 };
  const disk = { full: false };
  const history = {
    backlog,
    addTopic: (_profile: string, name: string) => topics.push(name),
    recordGap: (_session: number, gap: Gap) => gaps.push(gap),
    append: async (
      _profile: string,
      _session: number,
      batch: MessageBatch,
      count: (typeof counts)[0],
    ) => {
      if (disk.full) throw new LoupeError('history-unavailable', 'The disk is full.');
      counts.push({ ...count });
      for (let at = 0; at < batch.length; at += 1) {
        stored.push({
          topic: batch.topicKeys[at] ?? 0,
          payload: Buffer.from(batch.payloads[at] ?? []).toString(),
        });
      }
    },
  };
  return { history: history as unknown as History, stored, counts, topics, gaps, backlog, disk };
}

function open(history: History): {
  ingest: Ingest;
  tree: TopicTree;
  /** Returns what the connection waits for. */
  receive: (topic: string, payload: string | Uint8Array, retain?: boolean) => () => void;
  say: (topic: string, payload: string | Uint8Array, retain?: boolean) => void;
  /** Gives the batch to the history and takes its answer. */
  flush: () => Promise<void>;
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
    holdMs: HOLD_MS,
  });
  const receive = (topic: string, payload: string | Uint8Array, retain = false): (() => void) => {
    const done = vi.fn();
    const bytes =
      typeof payload === 'string'
        ? Buffer.from(payload)
        : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    ingest.receive({ topic, payload: bytes, qos: 0, retain, dup: false }, done);
    return done;
  };
  return {
    ingest,
    tree,
    receive,
    say: (...message) => {
      expect(receive(...message)).toHaveBeenCalledTimes(1);
    },
    flush: async () => {
      ingest.flush();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe('ingest', () => {
  test('stores a batch in the order of arrival, and names each topic once', async () => {
    const { history, stored, counts, topics } = fragileHistory();
    const { ingest, say, flush } = open(history);
    say('a', '1');
    say('b', '2');
    say('a', '3');
    expect(ingest.waiting).toBe(3);
    await flush();
    say('b', '4');
    await flush();
    expect(stored).toEqual([
      { topic: 1, payload: '1' },
      { topic: 2, payload: '2' },
      { topic: 1, payload: '3' },
      { topic: 2, payload: '4' },
    ]);
    expect(topics).toEqual(['a', 'b']);
    expect(counts).toEqual([
      { received: 3, refused: 0 },
      { received: 1, refused: 0 },
    ]);
    expect([ingest.arrived, ingest.waiting, ingest.waitingRefused]).toEqual([4, 0, 0]);
  });

  test('gives a batch to the history after 100 ms by itself', async () => {
    const { history, stored } = fragileHistory();
    const { say } = open(history);
    say('a', '1');
    await vi.advanceTimersByTimeAsync(99);
    expect(stored).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stored).toEqual([{ topic: 1, payload: '1' }]);
  });

  test('counts a batch as waiting until the history has answered', async () => {
    const { history } = fragileHistory();
    const { ingest, say } = open(history);
    say('a', '1');
    ingest.flush();
    say('a', '2');
    expect(ingest.waiting).toBe(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(ingest.waiting).toBe(1);
  });

  test('a full disk is said, the live view goes on, and what was not stored is counted as refused', async () => {
    const { history, stored, counts, gaps, disk } = fragileHistory();
    const { ingest, tree, say, flush } = open(history);
    disk.full = true;
    say('a', '1');
    say('a', '2');
    await flush();
    expect(ingest.problem).toBe('The disk is full.');
    expect([ingest.waiting, ingest.waitingRefused]).toEqual([0, 2]);
    expect(tree.topic('a')?.count).toBe(2);
    expect(gaps).toEqual([]);
    disk.full = false;
    say('a', '3');
    await flush();
    expect(ingest.problem).toBeNull();
    expect(stored.map((one) => one.payload)).toEqual(['3']);
    expect(counts).toEqual([{ received: 3, refused: 2 }]);
    expect(gaps).toMatchObject([{ kind: 'refused', messages: 2 }]);
    expect(gaps[0]?.detail).toContain('The disk is full.');
  });

  test('makes the broker wait while the history is behind, and says so', async () => {
    const { history, stored, backlog } = fragileHistory();
    const { ingest, receive, flush } = open(history);
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    const done = receive('a', 'held');
    expect(done).not.toHaveBeenCalled();
    expect(ingest.problem).toContain('the broker has to wait');
    await flush();
    expect(done).not.toHaveBeenCalled();
    backlog.messages = 0;
    receive('a', 'next');
    await flush();
    expect(done).toHaveBeenCalledTimes(1);
    expect(ingest.problem).toBeNull();
    expect(stored.map((one) => one.payload)).toEqual(['held', 'next']);
  });

  test('refuses, counts and shows what comes when that lasts too long, and notes one gap when it is over', async () => {
    const { history, stored, counts, gaps, backlog } = fragileHistory();
    const { ingest, tree, receive, say, flush } = open(history);
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    const done = receive('a', 'held');
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(done).toHaveBeenCalledTimes(1);
    for (const value of ['x', 'y', 'z']) say('a', value);
    expect(ingest.problem).toContain('3 messages were refused');
    expect([ingest.arrived, ingest.waiting, ingest.waitingRefused]).toEqual([4, 0, 3]);
    expect(tree.topic('a')).toMatchObject({ count: 4 });
    expect(Buffer.from(tree.topic('a')?.value?.payload ?? []).toString()).toBe('z');
    await flush();
    expect(gaps).toEqual([]);

    backlog.messages = 0;
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(ingest.problem).toBeNull();
    say('a', 'after');
    await flush();
    expect(stored.map((one) => one.payload)).toEqual(['held', 'after']);
    expect(gaps).toMatchObject([{ kind: 'refused', messages: 3 }]);
    expect(gaps[0]?.toUs).toBeGreaterThanOrEqual(gaps[0]?.fromUs ?? Infinity);
    const sum = (of: 'received' | 'refused'): number =>
      counts.reduce((total, count) => total + count[of], 0);
    expect([sum('received'), sum('refused')]).toEqual([5, 3]);
  });

  test('notes what it refused also when it is closed before the history has caught up', async () => {
    const { history, counts, gaps, backlog } = fragileHistory();
    const { ingest, receive, say } = open(history);
    backlog.messages = MOST_WAITING_MESSAGES + 1;
    receive('a', 'held');
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    say('a', 'refused');
    ingest.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(gaps).toMatchObject([{ kind: 'refused', messages: 1 }]);
    expect(counts.at(-1)).toEqual({ received: 1, refused: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a last value does not hold the socket buffer it came in, and a large one is kept in part', async () => {
    const { history } = fragileHistory();
    const { tree, say, flush } = open(history);
    const socketBuffer = new Uint8Array(1_000_000).fill(7);
    say('small', socketBuffer.subarray(10, 20));
    say('large', socketBuffer);
    await flush();
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
