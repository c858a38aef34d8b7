/** Whether a unit has one of some topics is known from its blocks' bounds and lists of topics, and never missed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForReading } from '../../main/engine/history/driver';
import { KnownUnits } from '../../main/engine/history/moments/known-units';
import { TopicPresence } from '../../main/engine/history/topic-presence';
import { topicsOf } from '../../main/engine/history/run';
import { RunSource } from '../../main/engine/history/run-source';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  until,
  type Bundles,
} from '../helpers/history';
import { randomFrom } from '../helpers/random';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

test('of random topics, in batches and segments', async () => {
  const { history, file } = await openForTest(bundles);
  const next = randomFrom(3);
  const session = history.beginSession('lab', 1);
  for (let batch = 0; batch < 320; batch++) {
    // Topics come and go, so that each unit has others.
    const messages = Array.from({ length: 300 }, () => ({
      topic: `t/${String(batch * 3 + Math.floor(next() ** 3 * 400))}`,
      payload: bytes('x'.repeat(200)),
    }));
    await appendAll(history, 'lab', session, messages);
  }
  await until(
    () => Number(rowsOf(file, 'SELECT count(*) AS n FROM segments')[0]?.['n']) > 0,
    'segments',
  );
  await history.settled();

  const database = openForReading(file);
  try {
    const source = new RunSource(database);
    const profile = Number(rowsOf(file, 'SELECT min(profile) AS n FROM topics')[0]?.['n']);
    const most = Number(rowsOf(file, 'SELECT max(key) AS n FROM topics')[0]?.['n']);
    const units = new KnownUnits();
    units.renew(source.unitsAfter(profile, 0));
    expect(new Set(units.all.map(({ kind }) => kind))).toEqual(new Set(['batch', 'segment']));
    const presence = new TopicPresence(database);
    const found = { yes: 0, no: 0 };
    for (const unit of units.all) {
      const there = new Set(
        [...source.runs(unit)].flatMap(({ topics }) =>
          [...topicsOf(topics)].map((one) => one.topic),
        ),
      );
      for (let round = 0; round < 40; round++) {
        const length = [0, 1, 2, 30][round % 4] ?? 0;
        const topics = Uint32Array.from({ length }, () => Math.floor(next() * (most + 50))).sort();
        const expected = topics.some((topic) => there.has(topic));
        expect(presence.hasAny(unit, topics), [unit.kind, ...topics].join(' ')).toBe(expected);
        found[expected ? 'yes' : 'no'] += 1;
      }
    }
    expect(Math.min(found.yes, found.no)).toBeGreaterThan(100);
  } finally {
    database.close();
  }
});
