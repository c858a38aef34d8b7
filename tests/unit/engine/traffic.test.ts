import { expect, test } from 'vitest';
import type { TrafficFrame, TrafficSort } from '../../../app/contract-broker';
import { TopRows } from '../../../main/engine/traffic/top-rows';
import { Traffic } from '../../../main/engine/traffic/traffic';
import { TrafficView } from '../../../main/engine/views/traffic-view';
import { show } from '../../../main/engine/tree/topic-value';
import { TopicTree } from '../../../main/engine/tree/topic-tree';
import { randomFrom } from '../../helpers/random';

const FLAG_RETAIN = 4;

/** A tree that messages come to, on a clock of its own. */
class Plant {
  readonly tree = new TopicTree();
  nowMs = 1_000_000_000;
  readonly traffic = new Traffic({ tree: this.tree, nowUs: () => this.nowMs * 1_000 });
  private id = 1;

  receive(topic: string, sizeBytes: number, retain = false): void {
    const node = this.tree.reach(topic);
    const id = this.id++;
    const payload = new Uint8Array(sizeBytes);
    const flags = retain ? FLAG_RETAIN : 0;
    const timeUs = this.nowMs * 1_000;
    const value = show(node, { id, timeUs, flags, packetId: 0, properties: null, payload });
    this.tree.count(node, topic, value, 1, id);
    this.traffic.counted(node, value, topic, payload);
  }

  /** The frame of a complete pass that begins now. */
  frame(kind: TrafficFrame['kind'], sort: TrafficSort = 'messageRate', level = 1): TrafficFrame {
    const ranking = { kind, sort, level };
    const { version } = this.traffic;
    for (let slice = 0; slice < 10_000 && this.traffic.version === version; slice += 1) {
      this.traffic.look(ranking, 0);
    }
    const frame = this.traffic.frame(ranking);
    expect(frame.passEndedMs).not.toBeNull();
    return frame;
  }
}

test('the highest of many are the same as by sorting all of them', () => {
  const next = randomFrom(7);
  for (let round = 0; round < 50; round += 1) {
    const rows = Array.from({ length: Math.floor(next() * 400) }, (_, index) => ({
      score: Math.floor(next() * 40),
      index,
    }));
    const top = new TopRows(20);
    for (const row of rows) if (top.wants(row.score, row.index)) top.add(row);
    const sorted = [...rows].sort((a, b) => b.score - a.score || a.index - b.index);
    expect(top.ranked()).toEqual(sorted.slice(0, 20));
    expect(top.offered).toBe(rows.length);
  }
});

test('topics and branches are ranked as counting everything would have it', () => {
  const plant = new Plant();
  plant.receive('site/early', 1_000);
  plant.frame('topics');
  const next = randomFrom(11);
  const topics = Array.from(
    { length: 9_000 },
    (_, at) => `site${String(at % 7)}/line${String(at % 131)}/${String(at)}`,
  );
  const messages = new Map<string, number>();
  const bytes = new Map<string, number>();
  for (let at = 0; at < 30_000; at += 1) {
    const topic = topics[Math.floor(next() ** 3 * topics.length)] ?? '';
    const size = Math.floor(next() * 900);
    plant.receive(topic, size);
    for (const name of [topic, topic.split('/')[0] ?? '', topic.split('/').slice(0, 2).join('/')]) {
      messages.set(name, (messages.get(name) ?? 0) + 1);
      bytes.set(name, (bytes.get(name) ?? 0) + size);
    }
  }
  plant.nowMs += 4_000;

  for (const sort of ['messageRate', 'byteRate', 'messages', 'bytes'] as const) {
    const truth = sort === 'messageRate' || sort === 'messages' ? messages : bytes;
    for (const [kind, level, depth] of [
      ['topics', 1, 3],
      ['branches', 1, 1],
      ['branches', 2, 2],
    ] as const) {
      const frame = plant.frame(kind, sort, level);
      const named = [...truth].filter(([name]) => name.split('/').length === depth);
      const best = named.map(([, count]) => count).sort((a, b) => b - a);
      // The first topic came before anything was counted: it has messages, and nothing since.
      const rows = frame.rows.filter(({ path }) => path !== 'site/early' && path !== 'site');
      expect(frame.spanMs).toBe(4_000);
      expect(rows.map(({ path }) => truth.get(path))).toEqual(best.slice(0, rows.length));
      for (const row of rows) {
        expect(row.bytes).toBe(bytes.get(row.path));
        expect(row.messages).toBe(messages.get(row.path));
        expect(row.messagesPerSecond).toBeCloseTo((messages.get(row.path) ?? 0) / 4, 6);
        expect(row.bytesPerSecond).toBeCloseTo((bytes.get(row.path) ?? 0) / 4, 3);
      }
    }
  }
});

test('a rate is of a span that does not grow for ever', () => {
  const plant = new Plant();
  plant.receive('a', 10);
  plant.frame('topics');
  for (let round = 0; round < 30; round += 1) {
    plant.nowMs += 2_000;
    for (let at = 0; at < 10; at += 1) plant.receive('a', 10);
    const frame = plant.frame('topics');
    expect(frame.spanMs).toBeLessThanOrEqual(12_000);
    expect(frame.rows[0]?.messagesPerSecond).toBeCloseTo(5, 6);
    expect(frame.totals.bytesPerSecond).toBeCloseTo(50, 6);
  }
});

test('new, stopped, silent and large ones are found', () => {
  const plant = new Plant();
  plant.receive('old', 3);
  plant.frame('topics');
  for (let second = 0; second < 20; second += 1) {
    plant.nowMs += 1_000;
    plant.receive('steady', 5);
    if (second < 6) plant.receive('stops', 50);
  }
  plant.receive('steady', 7_000);
  plant.receive('steady', 5);
  expect(plant.frame('stopped').rows.map(({ path }) => path)).toEqual(['stops']);
  expect(plant.frame('stopped', 'bytes').rows[0]?.intervalMs).toBe(1_000);
  expect(plant.frame('silent').rows.map(({ path }) => path)).toEqual(['old', 'stops', 'steady']);
  expect(plant.frame('last-size').rows[0]).toMatchObject({ path: 'stops', sizeBytes: 50 });
  expect(plant.frame('largest').rows[0]).toMatchObject({ path: 'steady', sizeBytes: 7_000 });
  const fresh = plant.frame('new');
  expect(fresh.rows.map(({ path }) => path)).toEqual(['stops', 'steady', 'old']);
  expect(fresh.totals).toMatchObject({ newTopics: 3, newLastMinute: 3, topics: 3 });
  plant.nowMs += 90_000;
  expect(plant.frame('topics').totals.newLastMinute).toBe(0);
});

test('what is retained is summed up by branch', () => {
  const plant = new Plant();
  for (let at = 0; at < 500; at += 1) plant.receive(`a/b${String(at % 3)}/${String(at)}`, 10, true);
  plant.receive('a/b0/0', 0, true);
  plant.receive('c/d', 4, true);
  plant.receive('c/e', 4);
  const frame = plant.frame('retained', 'messageRate', 1);
  expect(
    frame.rows.map(({ path, retained, retainedBytes }) => [path, retained, retainedBytes]),
  ).toEqual([
    ['a', 499, 4_990],
    ['c', 1, 4],
  ]);
  expect(frame.totals).toMatchObject({ retained: 500, retainedBytes: 4_994 });
  expect(plant.frame('retained', 'messageRate', 2).rows).toHaveLength(3);
});

test('the largest payloads are those of brute force, one of each topic', () => {
  const plant = new Plant();
  const next = randomFrom(3);
  const largest = new Map<string, number>();
  for (let at = 0; at < 5_000; at += 1) {
    const topic = `t/${String(Math.floor(next() * 400))}`;
    const size = Math.floor(next() ** 4 * 50_000);
    plant.receive(topic, size);
    largest.set(topic, Math.max(largest.get(topic) ?? 0, size));
  }
  const sizes = [...largest.values()].sort((a, b) => b - a).slice(0, 100);
  expect(plant.frame('largest').rows.map(({ sizeBytes }) => sizeBytes)).toEqual(sizes);
});

test('another ranking is answered at once, and again when its pass is done', () => {
  const plant = new Plant();
  for (let at = 0; at < 20_000; at += 1) plant.receive(`many/${String(at)}`, 1);
  const topics = { profileId: 'p', kind: 'topics', sort: 'messages', level: 1 } as const;
  const view = new TrafficView(plant.traffic, topics);
  expect(view.next(0)).not.toBeNull();
  view.update({ ...topics, kind: 'branches' });
  let frame = view.next(0);
  expect(frame).toMatchObject({ kind: 'branches' });
  for (let slice = 0; slice < 10_000 && (frame?.passEndedMs ?? null) === null; slice += 1)
    frame = view.next(0);
  expect(frame?.rows).toMatchObject([{ path: 'many', messages: 20_000, topics: 20_000 }]);
  expect(view.next(0)).toBeNull();
});
