import { expect, test } from 'vitest';
import { HashSum, topicSeed } from '../bench/message-hash';
import { Payloads, topicName } from '../bench/stream';

type TestMessage = readonly [topic: string, payload: string];

const messages: readonly TestMessage[] = [
  ['a', 'one'],
  ['a', 'two'],
  ['b', 'one'],
  ['b', ''],
];

function sumOf(list: readonly TestMessage[]): string {
  const encoder = new TextEncoder();
  const sum = new HashSum();
  for (const [topic, payload] of list)
    sum.add(topicSeed(encoder.encode(topic)), encoder.encode(payload));
  return sum.toString();
}

test('the sum of all hashes does not depend on the order, and parts of it can be added up', () => {
  expect(sumOf(messages.toReversed())).toBe(sumOf(messages));
  const parts = new HashSum();
  parts.addSum(sumOf(messages.slice(0, 1)));
  parts.addSum(sumOf(messages.slice(1)));
  expect(parts.toString()).toBe(sumOf(messages));
});

test.each<[string, readonly TestMessage[]]>([
  ['a message is missing', messages.slice(1)],
  ['an empty message is missing', messages.slice(0, 3)],
  ['a message came twice', [...messages, ...messages.slice(0, 1)]],
  [
    'a payload went to another topic',
    [
      ['b', 'one'],
      ['a', 'two'],
      ['a', 'one'],
      ['a', ''],
    ],
  ],
  ['a bit is wrong', [['a', 'onf'], ...messages.slice(1)]],
  ['one is missing and another came twice', [['a', 'two'], ...messages.slice(1)]],
])('the sum is another one when %s', (_what, list) => {
  expect(sumOf(list)).not.toBe(sumOf(messages));
});

test('payloads have the size asked for, are valid JSON, and each is another one', () => {
  for (const size of [18, 60, 100, 103, 112, 1_000]) {
    const payloads = new Payloads('json', size);
    const texts = [0, 1, 1_000, 123_456_789].map((sequence) => {
      const bytes = new Uint8Array(size);
      payloads.write(bytes, 0, sequence, sequence % 1_000);
      return new TextDecoder().decode(bytes);
    });
    const parsed = texts.map((text) => JSON.parse(text) as { seq: number });
    expect(parsed.map(({ seq }) => seq - 1_000_000_000)).toEqual([0, 1, 1_000, 123_456_789]);
    expect(new Set(texts).size).toBe(texts.length);
  }
  expect(() => new Payloads('json', 17)).toThrow(RangeError);
});

test('topics are all different', () => {
  const names = new Set(Array.from({ length: 100_000 }, (_, index) => topicName(index, 100_000)));
  expect(names.size).toBe(100_000);
});
