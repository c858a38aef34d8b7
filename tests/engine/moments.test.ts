/**
 * The past at any moment is what a walk through all messages would give: in batches, in segments they become, while
 * they are merged and removed, with clocks that were set back.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../main/engine/demo/plant';
import type { History } from '../../main/engine/history/history';
import type { Moments } from '../../main/engine/history/moments/moments';
import { appendAll, bundleHistory, openForTest, type Bundles } from '../helpers/history';
import { contentsOf, type StoredMessage } from '../helpers/history-contents';
import { differencesOf, stepFrom, truthAt } from '../helpers/moment-truth';
import { Appended } from '../helpers/random-messages';

// Each works out a thousand pasts message by message, which a busy machine takes its time for.
let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

const PROFILES = ['lab', 'plant', 'attic'] as const;
const NOW_US = 1_900_000_000_000_000;
/** Moments that are tried in all are these, of each of the histories. */
const SEEDS = [1, 2, 3, 4];
const MOMENTS = 250;

/** Appends to several profiles, and gives the file back with what it holds. */
class Past {
  readonly appended: Appended;
  private readonly sessions = new Map<string, number>();

  constructor(
    readonly history: History,
    readonly file: string,
    readonly random: () => number,
  ) {
    this.appended = new Appended(random);
  }

  async append(batches: number, most: number): Promise<void> {
    for (let batch = 0; batch < batches; batch++) {
      const profile = PROFILES[this.appended.under(PROFILES.length)] ?? 'lab';
      const session = this.sessions.get(profile) ?? this.history.beginSession(profile, 1);
      this.sessions.set(profile, session);
      const messages = this.appended.make(profile, 1 + this.appended.under(most), 0.02);
      await appendAll(this.history, profile, session, messages);
    }
  }

  /** What is stored of a profile, in the order of ids. */
  async contents(profile: string): Promise<StoredMessage[]> {
    await this.history.settled();
    return contentsOf(this.file).filter((one) => one.profile === profile);
  }

  /** Around the messages, and sometimes exactly on one. */
  moment(messages: readonly StoredMessage[]): number {
    const message = messages[this.appended.under(messages.length)];
    return (message?.timeUs ?? 0) + [-1, 0, 0, 1, 40_000_000][this.appended.under(5)]!;
  }
}

async function pastOf(seed: number, file?: string): Promise<Past> {
  const opened = await openForTest({ ...bundles, ...(file === undefined ? {} : { file }) });
  return new Past(opened.history, opened.file, seededRandom(seed));
}

async function checkState(
  moments: Moments,
  messages: StoredMessage[],
  atUs: number,
): Promise<void> {
  const truth = truthAt(messages, atUs);
  const state = await moments.ask('topicsAt', { atUs, withIds: true }, false);
  const found = Array.from(state.keys, (key, at) => [key, state.counts[at], state.lastIds?.[at]]);
  const expected = [...truth].map(([key, { count, last }]) => [key, count, last.id]);
  expect(sorted(found)).toEqual(sorted(expected));
  const topics = [...truth.keys()];
  const values = await allValues(moments, atUs, topics);
  expect(
    values.map(({ payload, trend: _, ...value }) => ({
      ...value,
      payload: Buffer.from(payload).toString('hex'),
    })),
  ).toEqual(
    topics.map((key) => {
      const { last, retained } = truth.get(key)!;
      return {
        ...{ key, id: last.id, timeUs: last.timeUs, flags: last.flags, retained },
        sizeBytes: last.payload.length,
        payload: last.payload.subarray(0, 100).toString('hex'),
      };
    }),
  );
  expect(await moments.ask('messagesAt', { atUs }, false)).toBe(
    messages.filter(({ timeUs }) => timeUs <= atUs).length,
  );
}

/** Asked again until what takes longer is known. */
async function allValues(moments: Moments, atUs: number, topics: number[]) {
  for (;;) {
    const values = await moments.ask('valuesAt', { atUs, topics, headBytes: 100 }, false);
    if (values.every(({ retained, trend }) => retained !== null && trend !== null))
      return [...values];
  }
}

test('a row of the past has the numbers that led to it, half a second apart', async () => {
  const { history } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const messages = Array.from({ length: 200 }, (_, at) => ({
    topic: at % 2 === 0 ? 'speed' : 'name',
    timeUs: 1_000_000_000 + at * 100_000,
    payload: Buffer.from(at % 2 === 0 ? `{"value":${String(at)}}` : 'pump'),
  }));
  await appendAll(history, 'lab', session, messages);
  const moments = history.moments('lab');
  const trendsAt = async (at: number) => {
    const atUs = 1_000_000_000 + at * 100_000;
    const { keys } = await moments.ask('topicsAt', { atUs, withIds: false }, false);
    const values = await allValues(moments, atUs, [...keys]);
    return values.sort((one, other) => one.key - other.key).map(({ trend }) => trend);
  };
  // A number comes each fifth of a second: every third one is far enough from the one before.
  expect(await trendsAt(13)).toEqual([[0, 6, 12], []]);
  expect(await trendsAt(0)).toEqual([[]]);
  const [speed] = await trendsAt(199);
  expect(speed).toEqual(Array.from({ length: 24 }, (_, at) => 198 - (23 - at) * 6));
});

function sorted(rows: (number | undefined)[][]): (number | undefined)[][] {
  return rows.sort(([one = 0], [other = 0]) => one - other);
}

test.each(SEEDS)('at any moment each topic is as it was, in history %i', async (seed) => {
  const past = await pastOf(seed);
  let checked = 0;
  while (checked < MOMENTS) {
    await past.append(40, 400);
    for (const profile of PROFILES) {
      const messages = await past.contents(profile);
      const moments = past.history.moments(profile);
      for (let at = 0; at < 25; at++, checked++)
        await checkState(moments, messages, past.moment(messages));
    }
  }
});

test('what is compressed, merged and removed meanwhile changes only what is no longer there', async () => {
  const past = await pastOf(7);
  past.history.limit('lab', 400_000);
  for (let round = 0; round < 4; round++) {
    await past.append(80, 600);
    for (const profile of PROFILES) {
      const moments = past.history.moments(profile);
      // Housekeeping goes on between a read of the file and an answer: only what it leaves alone is compared.
      for (let at = 0; at < 4; at++) {
        const before = await past.contents(profile);
        const atUs = past.moment(before);
        const state = await moments.ask('topicsAt', { atUs, withIds: true }, false);
        const after = await past.contents(profile);
        const counts = new Map(Array.from(state.keys, (key, index) => [key, state.counts[index]]));
        const [most, least] = [truthAt(before, atUs), truthAt(after, atUs)];
        for (const [key, { count }] of most) {
          expect(counts.get(key) ?? 0).toBeLessThanOrEqual(count);
          expect(counts.get(key) ?? 0).toBeGreaterThanOrEqual(least.get(key)?.count ?? 0);
        }
      }
    }
  }
  await past.history.settled();
});

test('a step leads to the next message in time, of a topic, a branch or all', async () => {
  const past = await pastOf(11);
  await past.append(150, 300);
  const messages = await past.contents('lab');
  const moments = past.history.moments('lab');
  for (let round = 0; round < 300; round++) {
    const topic = past.appended.topic('lab', past.appended.under(40));
    const scopes = [
      { kind: 'all' },
      { kind: 'topic', path: topic },
      { kind: 'branch', path: `lab/${String(round % 6)}` },
      { kind: 'branch', path: 'lab' },
    ] as const;
    const scope = scopes[round % scopes.length]!;
    const direction = past.appended.under(2) === 0 ? 'next' : 'previous';
    const atUs = round % 10 === 0 ? Infinity : past.moment(messages);
    expect(await moments.ask('step', { scope, atUs, direction }, false)).toEqual(
      stepFrom(messages, scope, atUs, direction),
    );
  }
});

test('a branch that came late, of more topics than are looked for one by one, is stepped to', async () => {
  const past = await pastOf(12);
  await past.append(150, 300);
  const { timeUs } = past.appended;
  const late = Array.from({ length: 20 }, (_, at) => ({
    topic: `late/${String(at)}`,
    timeUs: timeUs + 60_000_000 + at,
    payload: Buffer.from('late'),
  }));
  await appendAll(past.history, 'lab', past.history.beginSession('lab', 2), late);
  await past.append(150, 300);
  const messages = await past.contents('lab');
  const [first, last] = [messages[0]?.timeUs ?? 0, messages.at(-1)?.timeUs ?? 0];
  const scope = { kind: 'branch', path: 'late' } as const;
  for (const direction of ['next', 'previous'] as const)
    for (const atUs of [first - 1, timeUs, timeUs + 60_000_010, last + 1])
      expect(
        await past.history.moments('lab').ask('step', { scope, atUs, direction }, false),
      ).toEqual(stepFrom(messages, scope, atUs, direction));
});

test('two moments are compared exactly', async () => {
  const past = await pastOf(13);
  await past.append(150, 300);
  const messages = await past.contents('plant');
  const moments = past.history.moments('plant');
  const session = past.history.beginSession('plant', 1);
  const late = { topic: 'plant/3', payload: Buffer.from('late'), timeUs: 2 * NOW_US };
  for (let round = 0; round < 60; round++) {
    const [fromUs = 0, toUs = 0] = [past.moment(messages), past.moment(messages)].sort(
      (a, b) => a - b,
    );
    const path = ['', 'plant', 'plant/3', 'plant/2/12', 'plan'][round % 5]!;
    const limit = round % 2 === 0 ? 5 : 1_000;
    const { lines, ...totals } = differencesOf(messages, path, fromUs, toUs);
    const request = { path, fromUs, toUs, limit, previewBytes: 10 };
    // In the smallest pieces, and now and then all at once.
    const budgetMs = round % 3 === 0 ? 10_000 : 0;
    let answer = await moments.ask('compare', { ...request, comparison: round, budgetMs }, false);
    while (answer.kind === 'more') {
      expect(answer.share).toBeLessThanOrEqual(1);
      // More is stored meanwhile, and what it reads from becomes other units.
      if (round === 20) await appendAll(past.history, 'plant', session, [late]);
      answer = await moments.ask('compare', { ...request, comparison: round, budgetMs }, false);
    }
    const { differences, ...found } = answer.result;
    expect(found).toEqual(totals);
    expect(
      differences.map(({ kind, topic, before, after, messages: count }) =>
        [kind, topic, before?.id ?? null, after?.id ?? null, count].join(' '),
      ),
    ).toEqual(lines.slice(0, limit));
  }
});

test('a timeline counts every message once, however long its steps are', async () => {
  const past = await pastOf(17);
  past.history.limit('attic', 300_000);
  await past.append(500, 400);
  for (const profile of PROFILES) {
    const messages = await past.contents(profile);
    const moments = past.history.moments(profile);
    for (let round = 0; round < 30; round++) {
      const [first = 0, last = 0] = [past.moment(messages), past.moment(messages)].sort(
        (a, b) => a - b,
      );
      const whole = round % 3 === 0;
      const request = {
        ...{ fromUs: whole ? null : first, toUs: whole ? null : last + 1 },
        ...{ nowUs: NOW_US, isRecording: true, steps: [10, 100, 1_000, 4_000][round % 4]! },
      };
      let density = await moments.ask('density', request, false);
      while (!density.isExact) density = await moments.ask('density', request, false);
      const { fromUs, stepUs, counts } = density;
      expect(counts.length).toBeLessThanOrEqual(request.steps);
      expect(fromUs).toBeLessThanOrEqual(request.fromUs ?? messages[0]?.timeUs ?? 0);
      const expected = new Float64Array(counts.length);
      for (const { timeUs } of messages) {
        const step = Math.floor((timeUs - fromUs) / stepUs);
        if (step in expected) expected[step] = (expected[step] ?? 0) + 1;
      }
      expect(counts).toEqual(expected);
    }
  }
});
