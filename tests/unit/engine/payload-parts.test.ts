import { expect, test } from 'vitest';
import type { Message } from '../../../app/message';
import { PayloadParts } from '../../../main/engine/payload-parts';

test('a payload is read once, handed out part by part, and forgotten with its end', async () => {
  const payload = Uint8Array.from({ length: 10 }, (_, at) => at);
  let reads = 0;
  const parts = new PayloadParts((_profile, id) => {
    reads += 1;
    return Promise.resolve(id === 1 ? ({ payload } as Message) : null);
  });
  const part = (id: number, start: number) => parts.part({ profileId: 'p', id, start, bytes: 4 });
  expect([...(await part(1, 0))]).toEqual([0, 1, 2, 3]);
  expect([...(await part(1, 4))]).toEqual([4, 5, 6, 7]);
  expect([...(await part(1, 8))]).toEqual([8, 9]);
  expect(reads).toBe(1);
  await expect(part(2, 0)).rejects.toMatchObject({ code: 'not-found' });
  expect([...(await part(1, 0))]).toEqual([0, 1, 2, 3]);
  expect(reads).toBe(3);
  parts.close();
});

test('two that are read at the same time are each read once; a third one takes the place of the older', async () => {
  const reads: number[] = [];
  const payload = new Uint8Array(10);
  const parts = new PayloadParts((_profile, id) => {
    reads.push(id);
    return Promise.resolve({ payload } as Message);
  });
  const part = (id: number, start: number) => parts.part({ profileId: 'p', id, start, bytes: 4 });
  for (const start of [0, 4]) await Promise.all([part(1, start), part(2, start)]);
  expect(reads).toEqual([1, 2]);
  await part(3, 0);
  await part(2, 4);
  await part(1, 0);
  expect(reads).toEqual([1, 2, 3, 1]);
  parts.close();
});
