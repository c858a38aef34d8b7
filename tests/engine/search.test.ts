/** A search finds what looking at every message would find, whatever the history is made of. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  allMessages,
  MOST_MATCHES,
  selectionOf,
  type MessageSearch,
} from '../../app/search/message-search';
import { everything, type Selection } from '../../app/selection';
import { topicMatches } from '../../app/topic';
import { selected } from '../../main/engine/files/exporter';
import { FLAG_DUP, FLAG_OUT, FLAG_RETAIN, type History } from '../../main/engine/history/history';
import { openArchive } from '../../main/engine/history/sqlite-archive';
import {
  appendAll,
  bundleHistory,
  bytes,
  openForTest,
  until,
  rowsOf,
  type Bundles,
  type TestMessage,
} from '../helpers/history';
import { contentsOf, type StoredMessage } from '../helpers/history-contents';
import { TestList } from '../helpers/lists';

let bundles: Bundles;
beforeAll(async () => {
  bundles = await bundleHistory();
});
afterAll(() => bundles.dispose());

/** The same numbers in every run: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TOPICS = [
  'plant/line1/pump',
  'plant/line1/PUMP2',
  'plant/line2/Ölstand',
  'a//b',
  '/',
  '$SYS/uptime',
  'ΣΊΣΥΦΟΣ/état',
  '<b>&amp;/"quoted"/\\back',
  'plant/line2/valve/state',
];
const WORDS = [
  'pump',
  'Pump failed',
  'ÖL',
  'öl',
  'σίσυφος',
  'ΣΊΣΥΦΟΣ',
  'état',
  'ÉTAT',
  '压力',
  'fault',
];

class Filling {
  readonly random: () => number;
  timeUs = 1_700_000_000_000_000;

  constructor(seed: number) {
    this.random = randomOf(seed);
  }

  under(most: number): number {
    return Math.floor(this.random() * most);
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.under(values.length)];
    if (value === undefined) throw new Error('Nothing to choose from.');
    return value;
  }

  messages(count: number): TestMessage[] {
    return Array.from({ length: count }, () => {
      this.timeUs += this.under(3_000) - (this.under(300) === 0 ? 500_000 : 0);
      const flags = this.under(3) | (this.under(8) << 2);
      return {
        topic: this.pick(TOPICS),
        timeUs: this.timeUs,
        flags,
        packetId: (flags & 3) === 0 ? 0 : 1,
        payload: this.#payload(),
        // A word in the properties is not one in the payload.
        ...(this.under(6) === 0 ? { properties: { contentType: this.pick(WORDS) } } : {}),
      };
    });
  }

  #payload(): Uint8Array {
    const kind = this.under(40);
    if (kind === 0 && this.under(6) === 0) return this.#large();
    if (kind < 5) return Uint8Array.from({ length: this.under(40) }, () => this.under(256));
    if (kind < 12) return bytes(`${this.pick(WORDS)} ${String(this.under(100))}`);
    return bytes(this.#json());
  }

  #json(): string {
    const json = {
      value: this.under(4) === 0 ? String(this.under(100)) : this.under(1_000) / 10 - 20,
      state: this.pick(['ok', 'fault', 'Größe', null, true]),
      a: { b: [1, { c: this.pick([null, 3, 'x"y']) }, this.pick([{ c: 5 }, {}, 7])] },
      'key"q': this.under(3),
      note: this.pick(WORDS),
    };
    const text = this.under(3) === 0 ? JSON.stringify(json, null, 2) : JSON.stringify(json);
    if (this.under(10) === 0) return text.replaceAll('u', '\\u0075');
    return this.under(12) === 0 ? text.slice(0, -1) : text;
  }

  /** With a word where it goes over from the run, or from one part, into the next part. */
  #large(): Uint8Array {
    const size = 66_000 + this.under(2) * 1_054_000 + this.under(50_000);
    const payload = Buffer.alloc(size, '.');
    const borders = [65_536, 65_536 + 1_048_576].filter((border) => border < payload.length);
    payload.write(this.pick(WORDS), this.pick(borders) - this.under(6));
    if (this.under(2) === 0) {
      payload.write('{"value":42,"note":"');
      payload.write('"}', payload.length - 2);
    }
    return payload;
  }
}

/** What is asked of a message again and again. */
class Content {
  readonly text: string;
  readonly foldedText: string;
  readonly foldedTopic: string;
  /** Undefined for what is not JSON. */
  readonly json: unknown;

  constructor({ topic, payload }: StoredMessage) {
    this.text = payload.toString('utf8');
    this.foldedText = naiveFold(this.text);
    this.foldedTopic = naiveFold(topic);
    try {
      this.json = JSON.parse(this.text);
    } catch {
      this.json = undefined;
    }
  }
}

const contents = new WeakMap<StoredMessage, Content>();

function contentOf(message: StoredMessage): Content {
  const content = contents.get(message) ?? new Content(message);
  contents.set(message, content);
  return content;
}

interface Part {
  readonly text: string;
  fits(message: StoredMessage): boolean;
}

/** What the words of a query mean, written as plainly as can be. */
function anyPart(filling: Filling, matchCase: boolean): Part {
  const kind = filling.under(8);
  if (kind < 4) {
    const word = filling.pick([...WORDS, 'plant', 'LINE1', 'absent-word', '"b"', '2', 'ß', 'x"y']);
    const where = filling.pick(['', 'topic:', 'payload:']);
    const quoted = `"${word.replaceAll('"', '\\"')}"`;
    const wanted = matchCase ? word : naiveFold(word);
    return {
      text: where + quoted,
      fits: (message) => {
        const { text, foldedText, foldedTopic } = contentOf(message);
        const inTopic = (matchCase ? message.topic : foldedTopic).includes(wanted);
        const inPayload = (matchCase ? text : foldedText).includes(wanted);
        return (where !== 'payload:' && inTopic) || (where !== 'topic:' && inPayload);
      },
    };
  }
  const [path, ...steps] = filling.pick([
    ['value', 'value'],
    ['state', 'state'],
    ['a.b[1].c', 'a', 'b', 1, 'c'],
    ['a.b[2].c', 'a', 'b', 2, 'c'],
    ['$["key\\"q"]', 'key"q'],
    ['note', 'note'],
    ['missing.deep', 'missing', 'deep'],
  ] as const);
  const operator = filling.pick(['==', '!=', '<', '<=', '>', '>=']);
  const ordered = ['<', '<=', '>', '>='].includes(operator);
  const value = ordered
    ? filling.pick([0, 25.5, 42, 79.9, 'fault'])
    : filling.pick([0, 3, 42, 'fault', 'Größe', 'x"y', null, true]);
  return {
    text: `${path} ${operator} ${JSON.stringify(value)}`,
    fits: (message) => isTrue(contentOf(message).json, steps, operator, value),
  };
}

function naiveFold(text: string): string {
  return [...text]
    .map((one) => {
      if (one < '\u0080') return one.toLowerCase();
      const upper = one.toUpperCase();
      const lower = ([...upper].length === 1 ? upper : one).toLowerCase();
      return [...lower].length === 1 && lower >= '\u0080' ? lower : one;
    })
    .join('');
}

function isTrue(
  json: unknown,
  steps: readonly (string | number)[],
  operator: string,
  value: unknown,
): boolean {
  let found = json;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return false;
    found = new Map<string, unknown>(Object.entries(found)).get(String(step));
  }
  if (found === undefined) return false;
  if (operator === '==') return found === value;
  if (operator === '!=') return found !== value;
  if (typeof found !== typeof value || found === null) return false;
  const order = (found as number) < (value as number) ? -1 : found === value ? 0 : 1;
  const answers = { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 };
  return new Map<string, boolean>(Object.entries(answers)).get(operator) ?? false;
}

interface Question {
  readonly search: Partial<MessageSearch>;
  fits(message: StoredMessage): boolean;
}

function anyQuestion(filling: Filling, profileId: string, all: readonly StoredMessage[]): Question {
  const matchCase = filling.under(2) === 0;
  const parts = Array.from({ length: filling.under(3) }, () => anyPart(filling, matchCase));
  const maybe = <Value>(one: () => Value): Value | null => (filling.under(4) === 0 ? one() : null);
  const times = [0, 0].map(() => filling.pick(all).timeUs).sort((one, other) => one - other);
  const filters =
    maybe(() => [filling.pick(['plant/#', '+/line1/+', 'a//b', '#', '$SYS/#'])]) ?? [];
  const fromUs = maybe(() => times[0] ?? 0);
  const toUs = maybe(() => times[1] ?? 0);
  const qos = maybe(() => [filling.pick([0, 1, 2] as const)]) ?? [];
  const retain = maybe(() => filling.under(2) === 0);
  const dup = maybe(() => filling.under(2) === 0);
  const direction = maybe(() => filling.pick(['in', 'out'] as const));
  const selection = { ...everything(profileId), filters, fromUs, toUs };
  const text = parts.map((part) => part.text).join(filling.pick([' ', ' and ', '  ']));
  return {
    search: {
      selection,
      text,
      matchCase,
      qos,
      retain,
      dup,
      direction,
      newestFirst: filling.under(2) === 0,
    },
    fits: (message) =>
      message.profile === profileId &&
      (filters.length === 0 || filters.some((filter) => topicMatches(filter, message.topic))) &&
      (fromUs === null || message.timeUs >= fromUs) &&
      (toUs === null || message.timeUs <= toUs) &&
      (qos.length === 0 || qos[0] === (message.flags & 3)) &&
      (retain === null || retain === ((message.flags & FLAG_RETAIN) !== 0)) &&
      (dup === null || dup === ((message.flags & FLAG_DUP) !== 0)) &&
      (direction === null || (direction === 'out') === ((message.flags & FLAG_OUT) !== 0)) &&
      parts.every((part) => part.fits(message)),
  };
}

/** What is exported, recorded and replayed of a search is what it lists. */
function expectSelection(file: string, selection: Selection, listed: readonly number[]): void {
  const archive = openArchive(file);
  try {
    const ids = [...selected(archive, selection)].map(({ id }) => id);
    const { messages } = archive.count(selection);
    expect({ selection, ids, messages }).toEqual({
      ...{ selection, messages: listed.length },
      ids: listed.toSorted((one, other) => one - other),
    });
  } finally {
    archive.close();
  }
}

async function compare(
  { history, file }: { readonly history: History; readonly file: string },
  filling: Filling,
  all: readonly StoredMessage[],
  questions: number,
): Promise<number> {
  let found = 0;
  for (let question = 0; question < questions; question++) {
    const profileId = filling.pick(['lab', 'plant']);
    const { search, fits } = anyQuestion(filling, profileId, all);
    const list = await TestList.open(history, profileId, search);
    const { progress } = await list.done();
    const expected = all.filter(fits).map(({ id }) => id);
    if (search.newestFirst) expected.reverse();
    const rows = await list.rows();
    // What has no condition at all is the list of everything, with its sessions.
    const ids = rows.flatMap((row) => (row.kind === 'message' ? [row.head.id] : []));
    expect({ search, ids }).toEqual({ search, ids: expected });
    expect(progress).toMatchObject({ unreadable: 0, tooLarge: 0 });
    if (question % 10 === 0)
      expectSelection(file, selectionOf({ ...allMessages(''), ...search }), ids);
    found += ids.length;
    list.close();
  }
  return found;
}

test.each([1, 2])(
  'every query finds what a filter over all messages finds (seed %i)',
  async (seed) => {
    const filling = new Filling(seed);
    const { history, file } = await openForTest(bundles);
    const sessions = new Map(['lab', 'plant'].map((id) => [id, history.beginSession(id, 1)]));
    const append = async (batches: number): Promise<void> => {
      for (let batch = 0; batch < batches; batch++) {
        for (const [id, session] of sessions) {
          await appendAll(history, id, session, filling.messages(1 + filling.under(9)));
        }
      }
    };
    await append(290);
    await until(
      () => Number(rowsOf(file, 'SELECT count(*) AS n FROM segments')[0]?.['n']) >= 2,
      'segments',
    );
    await append(30);
    const all = contentsOf(file);
    expect(all.some(({ payload }) => payload.length > 1_114_112)).toBe(true);
    expect(await compare({ history, file }, filling, all, 60)).toBeGreaterThan(1_000);
  },
);

test('a search goes on through what is compressed, merged and removed meanwhile, and then follows', async () => {
  const { history, file } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const append = async (batches: number): Promise<void> => {
    for (let batch = 0; batch < batches; batch++) {
      await appendAll(history, 'lab', session, [
        { topic: 't/1', payload: bytes('needle') },
        { topic: 't/2', payload: bytes('hay') },
        { topic: 't/3', payload: bytes('hay'.repeat(100)) },
      ]);
    }
  };
  await append(700);
  const list = await TestList.open(history, 'lab', { text: 'NEEDLE' });
  await append(300);
  await list.done();
  await until(
    () => Number(rowsOf(file, 'SELECT count(*) AS n FROM batches')[0]?.['n']) < 256,
    'segments',
  );
  while ((await list.reply()).total < 1_000) await new Promise(setImmediate);
  const ids = await list.ids();
  expect(ids).toEqual(Array.from({ length: 1_000 }, (_, at) => 2_998 - 3 * at));

  // What ends at a message stays as it is, and says how many came.
  const { newest } = await list.reply();
  await append(5);
  for (let newer = 0; newer < 5;) ({ newer } = await list.reply(0, 0, newest));
  const { progress } = await list.reply(0, 0, newest);
  expect(progress).toMatchObject({ searched: 3_015, messages: 3_015, found: 1_005 });
  expect(await list.ids(newest)).toEqual(ids);

  history.limit('lab', 60_000);
  await until(() => history.totals('lab').pruned > 0, 'the oldest messages are removed');
  const rows = await list.rows(newest);
  expect(rows.length).toBe(1_000);
  expect(rows.at(-1)).toEqual({ kind: 'missing', id: 1, isDamaged: false });
});

test('a stopped search keeps what it found, and one that was closed is gone', async () => {
  const { history } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const many = Array.from({ length: 5_000 }, (_, at) => ({
    topic: `t/${String(at % 50)}`,
    payload: bytes(`{"value":${String(at)}}`),
  }));
  for (let batch = 0; batch < 60; batch++) await appendAll(history, 'lab', session, many);
  const list = await TestList.open(history, 'lab', { text: 'value >= 0 value < 4000' });
  const { progress } = await list.reply(0, 0, null, true);
  expect(progress.state).toBe('stopped');
  expect(progress.searched).toBeLessThan(progress.messages);
  const ids = await list.ids();
  expect(ids.length).toBe(progress.found);
  expect((await list.reply()).progress).toEqual(progress);
  list.close();
  await expect(list.reply()).rejects.toMatchObject({ code: 'not-found' });
});

test('more matches than can be kept are said', async () => {
  const { history } = await openForTest(bundles);
  const session = history.beginSession('lab', 1);
  const many = Array.from({ length: 20_000 }, () => ({ topic: 't', payload: bytes('x') }));
  for (let batch = 0; batch < 51; batch++) await appendAll(history, 'lab', session, many);
  const list = await TestList.open(history, 'lab', { text: 'x' });
  const { progress, total } = await list.done();
  expect({ state: progress.state, found: progress.found, total }).toEqual({
    state: 'full',
    found: MOST_MATCHES,
    total: MOST_MATCHES,
  });
  const [last] = (await list.reply(MOST_MATCHES - 1, 5)).rows;
  expect(last).toMatchObject({ kind: 'message', head: { id: 51 * 20_000 - MOST_MATCHES + 1 } });
});

test('a row shows what is around a match that stands far back', async () => {
  const { history } = await openForTest(bundles);
  const payload = Buffer.alloc(1_300_000, 'ä');
  payload.write('needle', 1_200_000);
  await appendAll(history, 'lab', history.beginSession('lab', 1), [
    { topic: 'far', payload },
    { topic: 'needle', payload: bytes('short') },
  ]);
  const list = await TestList.open(history, 'lab', { text: 'Needle' });
  await list.done();
  const [near, far] = await list.messages();
  expect(near).toMatchObject({ topic: 'needle', previewAt: 0, preview: bytes('short') });
  expect(far?.previewAt).toBeGreaterThan(1_199_900);
  expect(Buffer.from(far?.preview ?? []).toString()).toContain('needle');
});

test('a query that is not understood is refused with what to try', async () => {
  const { history } = await openForTest(bundles);
  await expect(TestList.open(history, 'lab', { text: 'state == fault' })).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('"fault"') as string,
  });
});
