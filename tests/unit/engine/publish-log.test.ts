import { expect, test } from 'vitest';
import type { RecentPublish } from '../../../app/contract';
import { PublishLog } from '../../../main/engine/publish-log';

function open(remembered: RecentPublish[] = []): PublishLog {
  return new PublishLog('p', { publishes: () => remembered, setPublishes: () => undefined });
}

function say(log: PublishLog, topic: string, bytes: number): void {
  log.add({
    timeMs: 1,
    topic,
    payload: new Uint8Array(bytes).fill(7),
    qos: 0,
    retain: false,
    properties: null,
    result: { kind: 'sent', elapsedMs: 1 },
  });
}

test('the last fifty are kept, newest first', () => {
  const log = open();
  for (let index = 0; index < 60; index += 1) say(log, String(index), 3);
  expect(log.all.map((one) => one.topic)).toEqual(
    Array.from({ length: 50 }, (_, index) => String(59 - index)),
  );
});

test('the list has the beginnings of payloads, and each can be had whole', () => {
  const log = open();
  say(log, 'a', 500_000);
  const [entry] = log.all;
  expect(entry!.payload.length).toBe(1024);
  expect(entry!.sizeBytes).toBe(500_000);
  expect(log.payload(entry!.id).length).toBe(500_000);
});

test('what was too large to be kept is still listed, and says so', () => {
  const log = open();
  say(log, 'huge', 3_000_000);
  const [huge] = log.all;
  expect(log.payload(huge!.id).length).toBe(3_000_000);
  say(log, 'next', 1);
  expect(log.all.map((one) => one.sizeBytes)).toEqual([1, 3_000_000]);
  expect(() => log.payload(huge!.id)).toThrow(/2\.9 MB was too large/);
});
