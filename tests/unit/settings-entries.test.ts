import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as v from 'valibot';
import { JsonFile } from '../../main/files/json-file';

const older = v.object({
  version: v.literal(1),
  profiles: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      port: v.pipe(v.number(), v.maxValue(65_535, 'The port must be at most 65535.')),
      protocol: v.picklist(['mqtt', 'ws']),
      subscriptions: v.optional(v.array(v.object({ filter: v.string() })), []),
    }),
  ),
  deleted: v.optional(v.array(v.object({ id: v.string(), index: v.number() })), []),
});
/** The same, some versions on. */
const newer = v.object({
  ...older.entries,
  profiles: v.array(
    v.object({
      ...older.entries.profiles.item.entries,
      protocol: v.picklist(['mqtt', 'ws', 'quic']),
    }),
  ),
});
const initial = { version: 1 as const, profiles: [], deleted: [] };
const entries = {
  profiles: ['connection', 'connections'],
  deleted: ['deleted one', 'deleted ones'],
} as const;

let folder: string;
let path: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-entries-'));
  path = join(folder, 'profiles.json');
  warnings = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const warn = (message: string): number => warnings.push(message);
const open = (): JsonFile<v.InferOutput<typeof older>> =>
  new JsonFile({ file: path, schema: older, initial, entries, warn });
const write = (content: unknown): void => {
  writeFileSync(path, JSON.stringify(content));
};
const stored = (name = 'profiles.json'): unknown =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'));

const good = { id: 'a', name: 'Lab', port: 1883, protocol: 'mqtt', subscriptions: [] };
const bad = { id: 'b', name: 'Plant <b>', port: 99_999, protocol: 'mqtt', extra: [1] };
const strange = { id: 'c', name: 'Cloud', port: 443, protocol: 'quic', congestion: 'bbr' };

test('what cannot be read is put aside as it is, by name and reason; all others stay', () => {
  write({ version: 1, profiles: [bad, good, 7], deleted: [{ id: 'x' }] });
  expect(open().value).toEqual({ ...initial, profiles: [good] });
  expect(warnings).toEqual([
    `2 connections could not be read: “Plant <b>” (port: The port must be at most 65535.), one without a name (it is not of the kind that it must be). All others are there. They are kept in ${path}.put-aside; corrected there, they are back at the next start.`,
    expect.stringContaining('One deleted one could not be read: “x” (index: it is missing).'),
  ]);
  expect(stored('profiles.json.put-aside')).toMatchObject({
    entries: [
      { list: 'profiles', entry: bad },
      { list: 'profiles', entry: 7 },
      { list: 'deleted', entry: { id: 'x' } },
    ],
  });
  // The file is sound at once: the next start has nothing to say, and what was put aside is still there.
  expect(stored()).toEqual({ ...initial, profiles: [good] });
  open();
  expect(warnings).toHaveLength(2);
  expect(readdirSync(folder).sort()).toEqual(['profiles.json', 'profiles.json.put-aside']);
});

test('one that was corrected is back at the next start', () => {
  write({ version: 1, profiles: [bad, good] });
  open();
  const shelf = readFileSync(`${path}.put-aside`, 'utf8');
  writeFileSync(`${path}.put-aside`, shelf.replace('99999', '8883'));
  const { profiles } = open().value;
  expect(profiles.map(({ name, port }) => [name, port])).toEqual([
    ['Lab', 1883],
    ['Plant <b>', 8883],
  ]);
  expect(readdirSync(folder)).toEqual(['profiles.json']);
  expect(stored()).toMatchObject({ profiles: [good, { ...bad, port: 8883 }] });
});

test('what a newer version wrote is whole again when the newer version is back', () => {
  const known = { ...good, nickname: 'L', subscriptions: [{ filter: '#', limit: 3 }] };
  write({ version: 1, profiles: [strange, known], deleted: [], added: { at: 1 } });
  const file = open();
  const [profile] = file.value.profiles;
  file.set({ ...file.value, profiles: [{ ...profile!, name: 'Renamed' }] });
  file.flush();
  expect(stored()).toEqual({
    ...{ version: 1, deleted: [], added: { at: 1 } },
    profiles: [{ ...known, name: 'Renamed' }],
  });
  const again = new JsonFile({ file: path, schema: newer, initial, entries, warn });
  expect(again.value.profiles.map(({ name }) => name)).toEqual(['Renamed', 'Cloud']);
  expect(stored()).toMatchObject({ profiles: [{ nickname: 'L' }, strange] });
});

test('of two versions of the same, one comes back', () => {
  write({ version: 1, profiles: [bad, { ...bad, name: 'Later' }] });
  open();
  const shelf = readFileSync(`${path}.put-aside`, 'utf8').replaceAll('99999', '1');
  writeFileSync(`${path}.put-aside`, shelf);
  expect(open().value.profiles.map(({ name }) => name)).toEqual(['Plant <b>']);
  expect(readFileSync(`${path}.put-aside`, 'utf8')).toContain('Later');
});

test('an entry whose place was taken meanwhile stays aside', () => {
  write({ version: 1, profiles: [bad] });
  open();
  const shelf = readFileSync(`${path}.put-aside`, 'utf8').replace('99999', '1');
  writeFileSync(`${path}.put-aside`, shelf);
  write({ version: 1, profiles: [{ ...good, id: 'b' }] });
  expect(open().value.profiles.map(({ name }) => name)).toEqual(['Lab']);
  expect(readFileSync(`${path}.put-aside`, 'utf8')).toBe(shelf);
});

test.each([
  [
    'of a newer version',
    { version: 2, profiles: [good] },
    /a newer version of MQTT Loupe wrote it.* start the newer version\.$/u,
  ],
  ['without its lists', { version: 1 }, /profiles/u],
  ['that is no object', [good], /version/u],
])('a file %s is set aside as a whole', (_name, content, reason) => {
  write(content);
  expect(open().value).toEqual(initial);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(reason);
  expect(readdirSync(folder)[0]).toMatch(/^profiles\.json\.unreadable-\d+$/u);
});

test('a shelf that cannot be read stays for the person who worked on it', () => {
  write({ version: 1, profiles: [good] });
  writeFileSync(`${path}.put-aside`, '{"entries": [');
  expect(open().value.profiles).toEqual([good]);
  expect(readdirSync(folder).sort()[1]).toMatch(/^profiles\.json\.put-aside-\d+$/u);
});

test('names that belong to every object are fields like others', () => {
  const text =
    '{"version":1,"profiles":[{"id":"a","name":"L","port":1,"protocol":"ws","__proto__":{"x":1}}]}';
  writeFileSync(path, text);
  const file = open();
  file.changed();
  file.flush();
  expect(readFileSync(path, 'utf8')).toContain('"__proto__"');
  expect(({} as { x?: number }).x).toBeUndefined();
});
