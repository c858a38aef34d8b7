/**
 * Parts of the past that a person deletes: they are gone from all that can be read, all the rest stays as it was, also
 * when the program is killed meanwhile. `MQTT_LOUPE_SEED` repeats the deletions of another run,
 * `MQTT_LOUPE_KILLS=50` kills that often.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { topicMatches } from '../../app/topic';
import { seededRandom } from '../../main/engine/demo/plant';
import type { History } from '../../main/engine/history/history';
import type { ChosenPart } from '../../main/engine/history/message-choice';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  rowsOf,
  until,
  type Bundles,
} from '../helpers/history';
import { contentsOf, untrueCounters } from '../helpers/history-contents';
import { checked, lineOf } from '../helpers/history-lines';
import { noise } from '../helpers/history-filling';
import { Appended } from '../helpers/random-messages';

const KILLS = Number(process.env['MQTT_LOUPE_KILLS'] ?? 6);
const SEED = Number(process.env['MQTT_LOUPE_SEED'] ?? 1);
let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const all: ChosenPart = { filters: [], fromUs: null, toUs: null, sessionKey: null };

interface Known {
  readonly id: number;
  readonly profile: string;
  readonly session: number;
  readonly topic: string;
  readonly timeUs: number;
}

/** What was appended and should still be there. */
class Model {
  messages: Known[] = [];
  readonly kept = new Set<number>();
  #deleted = 0;

  constructor(
    readonly appended: Appended,
    readonly random: () => number,
  ) {}

  get deleted(): number {
    return this.#deleted;
  }

  async fill(history: History, profile: string, batches: number, size: number): Promise<number> {
    const session = history.beginSession(profile, 1);
    for (let batch = 0; batch < batches; batch++) {
      const made = this.appended.make(profile, size, 0.2);
      const ids = await appendAll(history, profile, session, made);
      for (const [at, { topic, timeUs }] of made.entries()) {
        this.messages.push({ id: ids[at] ?? 0, profile, session, topic, timeUs: timeUs ?? 0 });
      }
    }
    return session;
  }

  meant(profile: string, part: ChosenPart): Known[] {
    return this.messages.filter(
      (one) =>
        one.profile === profile &&
        one.timeUs >= (part.fromUs ?? -Infinity) &&
        one.timeUs <= (part.toUs ?? Infinity) &&
        (part.sessionKey === null
          ? !this.kept.has(one.session)
          : part.sessionKey === one.session) &&
        (part.filters.length === 0 ||
          part.filters.some((filter) => topicMatches(filter, one.topic))),
    );
  }

  delete(profile: string, part: ChosenPart): number {
    const gone = new Set(this.meant(profile, part));
    this.messages = this.messages.filter((one) => !gone.has(one));
    this.#deleted += gone.size;
    return gone.size;
  }

  /** The lines of what should be there. */
  lines(): string[] {
    const there = new Set(this.messages.map(({ id }) => id));
    return this.appended.lines.filter((line) => there.has(Number.parseInt(line, 10)));
  }

  anyPart(profile: string): ChosenPart {
    const own = this.messages.filter((one) => one.profile === profile);
    const some = (): Known => own[Math.floor(this.random() * own.length)] as Known;
    if (own.length === 0) return all;
    const [one, other] = [some(), some()];
    switch (Math.floor(this.random() * 5)) {
      case 0:
        return { ...all, filters: [one.topic] };
      case 1:
        return { ...all, filters: [`${one.topic.split('/').slice(0, 2).join('/')}/#`] };
      case 2:
        return { ...all, sessionKey: one.session };
      case 3:
        return {
          ...all,
          fromUs: Math.min(one.timeUs, other.timeUs),
          toUs: Math.max(one.timeUs, other.timeUs) - 1,
        };
      default:
        return { ...all, filters: [one.topic, '+/1/#'], fromUs: other.timeUs };
    }
  }
}

async function deleteAll(
  history: History,
  profile: string,
  part: ChosenPart,
  upToId = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  await history.delete(profile, {
    selection: part,
    detail: JSON.stringify(part),
    upToId,
    expected: 1,
  });
  await until(() => history.deletions.length === 0, 'it is deleted');
}

function grouped<Key>(list: readonly Known[], keyOf: (one: Known) => Key): Map<Key, Known[]> {
  const groups = new Map<Key, Known[]>();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

function expectAsModel(file: string, model: Model, what: string): void {
  expect(contentsOf(file).map(lineOf), what).toEqual(model.lines());
  expect(untrueCounters(file), what).toEqual([]);
  expect(checked(file), what).toEqual([]);
}

/** Each way to read gives what is there, and nothing else. */
async function expectReadAsModel(history: History, model: Model, what: string): Promise<void> {
  const profiles = [...new Set(model.messages.map(({ profile }) => profile))];
  for (const profile of profiles) {
    const own = model.messages.filter((one) => one.profile === profile);
    const byTopic = grouped(own, ({ topic }) => topic);
    const topics = await history.topics(profile, 0, 1_000);
    const there = topics.map(({ name, count, lastId }) => [name, count, lastId]);
    const expected = [...byTopic].map(([name, list]) => [name, list.length, list.at(-1)?.id]);
    expect(there.sort(), what).toEqual(expected.sort());
    expect(
      topics.every(({ lastPayload }) => lastPayload !== null),
      what,
    ).toBe(true);
    for (const { key, name } of topics.slice(0, 6)) {
      const { messages, more } = await history.page({
        topicKey: key,
        beforeId: null,
        limit: 10_000,
        previewBytes: 10,
      });
      const ids = byTopic.get(name)?.map(({ id }) => id);
      expect([messages.map(({ id }) => id).reverse(), more], what).toEqual([ids, false]);
      const counts = await history.counts({
        profileId: profile,
        topicKey: key,
        fromUs: 0,
        stepUs: 1e16,
        steps: 1,
      });
      expect(counts[0], what).toBe(ids?.length);
    }
    const first = Math.min(...own.map(({ timeUs }) => timeUs));
    const counts = await history.counts({
      profileId: profile,
      topicKey: null,
      fromUs: first,
      stepUs: 60_000_000,
      steps: 10_000,
    });
    expect(
      counts.reduce((sum, one) => sum + one, 0),
      what,
    ).toBe(own.length);
    const { sessions } = await history.sessions(profile, 100);
    const bySession = grouped(own, ({ session }) => session);
    for (const { key, messages, bytes: sizeBytes } of sessions) {
      expect(messages, what).toBe(bySession.get(key)?.length ?? 0);
      expect(sizeBytes > 0, what).toBe(bySession.has(key));
    }
    const totals = history.totals(profile);
    expect(totals.stored - totals.pruned, what).toBe(own.length);
  }
}

test('random parts of random histories', async () => {
  for (let round = 0; round < 4; round++) {
    const random = seededRandom(SEED + round);
    const model = new Model(new Appended(random), random);
    const opened = await openForTest(bundles);
    const { file } = opened;
    let { history } = opened;
    for (let step = 0; step < 10; step++) {
      const what = `seed ${String(SEED + round)}, step ${String(step)}`;
      for (const profile of ['lab', 'field', 'lab']) {
        const session = await model.fill(history, profile, 1 + Math.floor(random() * 8), 60);
        if (random() < 0.2) {
          await history.changeSession(profile, session, { kept: true });
          model.kept.add(session);
        }
      }
      const part = model.anyPart('lab');
      const before = model.meant('lab', part);
      await deleteAll(history, 'lab', part);
      model.delete('lab', part);
      await history.settled();
      expectAsModel(file, model, `${what} ${JSON.stringify(part)}`);
      await expectReadAsModel(history, model, `${what} ${JSON.stringify(part)}`);
      for (const { id } of before.slice(0, 3)) {
        expect(await history.message('lab', id, 10), what).toBeNull();
      }
      if (random() < 0.5) {
        await history.close();
        ({ history } = await openForTest({ ...bundles, file }));
        expectAsModel(file, model, `${what}, opened again`);
      }
    }
    await history.close();
    expectAsModel(file, model, 'closed');
    const [gone] = rowsOf(
      file,
      "SELECT sum(messages) AS messages FROM gaps WHERE kind = 'deleted'",
    );
    expect(gone?.['messages']).toBe(model.deleted);
    const [counted] = rowsOf(file, 'SELECT sum(deleted) AS messages FROM profiles');
    expect(counted?.['messages']).toBe(model.deleted);
  }
});

test('what comes after the question was asked stays, and so do other profiles and kept sessions', async () => {
  const { history, file } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const [, upToId = 0] = await appendAll(history, 'lab', session, [
    { topic: 'a', payload: bytes('1') },
    { topic: 'b', payload: bytes('2') },
  ]);
  await appendAll(history, 'lab', session, [{ topic: 'a', payload: bytes('3') }]);
  await deleteAll(history, 'lab', { ...all, filters: ['#'] }, upToId);
  expect(contentsOf(file).map(({ payload }) => payload.toString())).toEqual(['3']);

  await history.changeSession('lab', session, { kept: true, name: 'the good one', note: 'why' });
  await deleteAll(history, 'lab', all);
  expect(contentsOf(file)).toHaveLength(1);
  expect((await history.sessions('lab', 9)).sessions).toMatchObject([
    { kept: true, name: 'the good one', note: 'why', messages: 1, stored: 3 },
  ]);
  await deleteAll(history, 'lab', { ...all, sessionKey: session });
  expect(contentsOf(file)).toEqual([]);
  expect(checked(file)).toEqual([]);
});

test('the room of what was deleted is given back', async () => {
  const { history, file } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  for (let batch = 0; batch < 40; batch++) {
    const messages = Array.from({ length: 50 }, (_, at) => ({
      topic: at % 5 === 0 ? 'small' : 'large',
      payload: noise(20_000, batch * 50 + at),
    }));
    await appendAll(history, 'lab', session, messages);
  }
  const before = history.totals('lab').bytes;
  await deleteAll(history, 'lab', { ...all, filters: ['large'] });
  await history.close();
  const pages = Number(rowsOf(file, 'PRAGMA page_count')[0]?.['page_count']);
  expect(before).toBeGreaterThan(39_000_000);
  expect(pages * 4_096).toBeLessThan(before * 0.25);
  expect(contentsOf(file)).toHaveLength(400);
});

test('killed at any moment: it is finished at a later start', async () => {
  const random = seededRandom(SEED);
  const model = new Model(new Appended(random), random);
  const first = await openForTest(bundles);
  const { file } = first;
  for (let session = 0; session < 6; session++) {
    await model.fill(first.history, 'lab', 12, 250);
    await model.fill(first.history, 'field', 2, 50);
  }
  const part: ChosenPart = { ...all, filters: ['lab/1/#', 'lab/2/#'] };
  await first.history.close();

  const request = {
    selection: part,
    detail: 'Deleted by hand.',
    upToId: model.appended.lastId,
    expected: model.delete('lab', part),
  };
  const program = join(dirname(bundles.historyFile), 'deleting.cjs');
  writeFileSync(
    program,
    `const { openHistory } = require(${JSON.stringify(bundles.historyFile)});
    const history = openHistory({ file: ${JSON.stringify(file)} });
    if (process.argv[2] === 'ask') history.delete('lab', ${JSON.stringify(request)}).then(() => process.send('noted'));
    else process.send('opened');
    setInterval(() => undefined, 1000);`,
  );
  let ask = true;
  let kills = 0;
  const isPending = (): boolean => rowsOf(file, 'SELECT 1 FROM deletions').length > 0;
  do {
    const child = fork(program, [ask ? 'ask' : 'go on'], { stdio: 'ignore' });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('message', resolve));
    ask = false;
    await wait(random() * 60 * (kills + 1));
    child.kill('SIGKILL');
    await ended;
    kills += 1;
    expect(checked(file), `kill ${String(kills)}`).toEqual([]);
  } while (isPending() && kills < KILLS);
  expect(kills).toBeGreaterThan(0);
  const last = await openForTest({ ...bundles, file });
  await until(() => last.history.deletions.length === 0, 'it is deleted');
  await last.history.close();
  expectAsModel(file, model, `seed ${String(SEED)}, ${String(kills)} kills`);
});

test('a deletion ends where it was asked for, also when what came since is in the same segment', async () => {
  const { history, file } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const batch = Array.from({ length: 20 }, (_, at) => ({
    topic: `t/${String(at % 2)}`,
    payload: bytes(String(at)),
  }));
  const ids = await appendAll(history, 'lab', session, batch);
  // As when a batch that came meanwhile is compressed together with those before it.
  const upToId = ids[9] ?? 0;
  const part = { ...all, filters: ['t/1'] };
  await history.delete('lab', { selection: part, detail: 'gone', upToId, expected: 5 });
  await until(() => history.deletions.length === 0, 'it is deleted');
  await history.settled();
  const left = contentsOf(file).map(({ id }) => id);
  expect(left).toEqual(ids.filter((id, at) => at % 2 === 0 || id > upToId));
});
