import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as v from 'valibot';
import { JsonFile } from '../../main/files/json-file';
import { PATIENCE } from '../helpers/patience';

/** A disk that takes its time: what is written there is on it when this resolves. */
let disk = Promise.resolve();

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const slow = async (...how: Parameters<typeof fs.open>): Promise<fs.FileHandle> => {
    const handle = await real.open(...how);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      await disk;
      await sync();
    };
    return handle;
  };
  return { ...real, open: slow };
});

function holdDisk(): () => void {
  let letGo = (): void => undefined;
  disk = new Promise((resolve) => {
    letGo = resolve;
  });
  return letGo;
}

const schema = v.object({ count: v.number(), text: v.string() });
const initial = { count: 0, text: '' };
const warnings: string[] = [];
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'json-file-'));
  path = join(folder, 'settings', 'some.json');
  warnings.length = 0;
  disk = Promise.resolve();
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(): JsonFile<v.InferOutput<typeof schema>> {
  return new JsonFile({ file: path, schema, initial, warn: (message) => warnings.push(message) });
}

function stored(): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

test('what was changed is in the file a moment later, and nothing else is left', async () => {
  const file = open();
  file.set({ count: 1, text: 'one' });
  await vi.waitFor(() => {
    expect(stored()).toEqual({ count: 1, text: 'one' });
  }, PATIENCE);
  await vi.waitFor(() => {
    expect(readdirSync(join(folder, 'settings'))).toEqual(['some.json']);
  }, PATIENCE);
  expect(open().value).toEqual({ count: 1, text: 'one' });
});

test('changes while it is being written are written, too', async () => {
  const file = open();
  const letGo = holdDisk();
  file.set({ count: 1, text: 'older' });
  await vi.waitFor(() => {
    expect(readdirSync(join(folder, 'settings'))).toContain('some.json.next');
  }, PATIENCE);
  file.set({ count: 2, text: 'newer' });
  letGo();
  await vi.waitFor(() => {
    expect(stored()).toEqual({ count: 2, text: 'newer' });
  }, PATIENCE);
});

test('what is written at once is not overtaken by what was being written', async () => {
  const file = open();
  const letGo = holdDisk();
  file.set({ count: 1, text: 'older' });
  await vi.waitFor(() => {
    expect(readdirSync(join(folder, 'settings'))).toContain('some.json.next');
  }, PATIENCE);
  file.value = { count: 2, text: 'last' };
  file.flush();
  expect(stored()).toEqual({ count: 2, text: 'last' });
  letGo();
  await vi.waitFor(() => {
    expect(readdirSync(join(folder, 'settings'))).toEqual(['some.json']);
  }, PATIENCE);
  expect(stored()).toEqual({ count: 2, text: 'last' });
  expect(warnings).toEqual([]);
});
