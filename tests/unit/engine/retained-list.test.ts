import { expect, test } from 'vitest';
import { mapped } from '../../../main/engine/retained/copy-plan';
import { RetainedList, type RetainedMessage } from '../../../main/engine/retained/retained-list';
import { sliceSorted } from '../../../main/engine/retained/slice-sort';
import { randomFrom } from '../../helpers/random';

function message(topic: string, size = 1, qos: 0 | 1 | 2 | null = 0): RetainedMessage {
  return { topic, payload: new Uint8Array(size), qos, properties: null };
}

function listOf(count: number): RetainedList {
  const list = new RetainedList();
  for (let at = 0; at < count; at += 1) list.put(message(`t/${String(at)}`, at % 7));
  return list;
}

const selected = (list: RetainedList): string[] => list.take('selected').map(({ topic }) => topic);

test('rows are sorted in slices as at once, and ties stay in their order', async () => {
  const next = randomFrom(2);
  for (const length of [0, 1, 31, 32, 33, 5_000]) {
    const keys = Array.from({ length }, () => Math.floor(next() * 50));
    const compare = (a: number, b: number): number => (keys[a] ?? 0) - (keys[b] ?? 0);
    const values = Int32Array.from({ length }, (_, at) => at);
    const wanted = [...values].sort((a, b) => compare(a, b) || a - b);
    const sorted = await sliceSorted(values, compare, () => true);
    expect([...(sorted ?? [])]).toEqual(wanted);
  }
});

test('a selection grows by ranges and single rows, and outlives another order', async () => {
  const list = listOf(3_000);
  list.select({ kind: 'only', row: 5 });
  list.select({ kind: 'range', row: 7 });
  list.select({ kind: 'toggle', row: 6 });
  expect(selected(list)).toEqual(['t/5', 't/7']);
  expect(list.selectedBytes).toBe(5);
  await list.arrange({ text: '', sort: 'topic', descending: true });
  expect(list.at(0)?.message.topic).toBe('t/999');
  expect(selected(list)).toEqual(['t/5', 't/7']);
  await list.arrange({ text: 'T/10', sort: 'topic', descending: false });
  expect(list.shown).toBe(111);
  list.select({ kind: 'all' });
  expect(list.selected).toBe(113);
  expect(list.take('shown')).toHaveLength(111);
  list.select({ kind: 'none' });
  expect(list.selected).toBe(0);
  expect(list.selectedBytes).toBe(0);
});

test('a row that was seen is the one that is selected, though others came before it meanwhile', async () => {
  const list = listOf(10);
  await list.arrange({ text: '', sort: 'topic', descending: false });
  list.select({ kind: 'only', row: 3, topic: 't/3' });
  list.put(message('a'));
  list.put(message('b'));
  await list.rearrange();
  list.select({ kind: 'toggle', row: 4, topic: 't/4' });
  expect(selected(list)).toEqual(['t/3', 't/4']);
  list.select({ kind: 'range', row: 6, topic: 't/6' });
  expect(selected(list)).toEqual(['t/4', 't/5', 't/6']);
  list.select({ kind: 'only', row: 0, topic: 'gone' });
  expect(selected(list)).toEqual(['a']);
});

test('what comes again replaces what was there, with its bytes', () => {
  const list = listOf(10);
  const before = list.bytes;
  list.select({ kind: 'only', row: 3 });
  list.put(message('t/3', 100, 2));
  expect(list.length).toBe(10);
  expect(list.bytes).toBe(before + 97);
  expect(list.selectedBytes).toBe(100);
  expect(list.find('t/3')?.qos).toBe(2);
});

test('a copy is planned: renamed, doubled, not valid, and never back to where it came from', async () => {
  const messages = [message('a/b', 2), message('a/c', 3), message('x', 4)];
  const plan = async (from: string, to: string, isSame = false): Promise<unknown> =>
    (await mapped(messages, { from, to }, isSame)).plan;
  expect(await plan('a', 'copy')).toMatchObject({
    ...{ messages: 3, bytes: 9, renamed: 2, doubled: 0, invalid: 0, problem: null },
    examples: [
      { from: 'a/b', to: 'copy/b' },
      { from: 'a/c', to: 'copy/c' },
      { from: 'x', to: 'x' },
    ],
  });
  expect(await plan('a', 'copy', true)).toMatchObject({
    problem: expect.stringContaining('1 of the topics would keep their names') as string,
  });
  expect(await plan('#', 'copy/$1', true)).toMatchObject({ renamed: 3, problem: null });
  expect(await plan('a/+', 'one')).toMatchObject({ doubled: 1 });
  expect(await plan('a/+', '$2')).toMatchObject({ problem: expect.any(String) as string });
});
