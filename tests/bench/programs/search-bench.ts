/** Fills a store in which few messages have a rare word, and searches it: also while it is written to. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { History, MessageBatch } from '../../../main/engine/history/history';
import { openHistory } from '../../../main/engine/history/sqlite-history';
import { allMessages, type MessageSearch } from '../../../app/search/message-search';
import { percentile } from '../statistics';
import { Payloads, topicIndex, topicName } from '../stream';
import { tell, type ProgramOptions } from './arguments';
import { PROFILE_ID } from './profile-id';

/** All times in ms; 0 where nothing was measured. */
export interface SearchResult {
  readonly commonFirstMs: number;
  readonly rareMs: number;
  readonly rareFirstMs: number;
  readonly absentMs: number;
  readonly anyCaseMs: number;
  readonly jsonMs: number;
  readonly rowsMs: number;
  readonly cancelMs: number;
}

const BATCH = 5_000;
const UNDER_WAY = 8;
const RARE = 12;
const PAGE = 50;
const JUMPS = 60;
const BEGIN_US = 1_790_000_000_000_000;

/** Writes batches of the stream; here and there one message says `failing` where all others say `running`. */
class Stream {
  readonly #payloads: Payloads;
  readonly #options: ProgramOptions;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#payloads = new Payloads('json', options.size);
  }

  payload(target: Buffer, offset: number, sequence: number): void {
    const { topics, expect } = this.#options;
    this.#payloads.write(target, offset, sequence, topicIndex(sequence, topics));
    if (sequence % Math.floor(expect / RARE) !== 1) return;
    target.write('failing', target.indexOf('running', offset));
  }
}

export async function benchHistorySearch(options: ProgramOptions): Promise<void> {
  const file = join(options.home, 'store.db');
  const first = await Filler.open(file, options);
  await first.fill(options.expect);
  await first.history.close();
  const writer = await Filler.open(file, options);
  const { history } = writer;
  const result: SearchResult = {
    commonFirstMs: (await search(history, { text: 'running' }, PAGE)).firstMs,
    ...named('rare', await search(history, { text: 'failing', matchCase: true })),
    absentMs: (await search(history, { text: 'nowhere', matchCase: true }, Infinity, 0)).doneMs,
    anyCaseMs: (await search(history, { text: 'NOWHERE' }, Infinity, 0)).doneMs,
    jsonMs: (await search(history, { text: 'value > 79.99' }, Infinity, 1)).doneMs,
    rowsMs: await jump(history, options.expect),
    cancelMs: await cancel(history),
  };
  await history.close();
  tell({ result });
}

function named(_name: 'rare', { firstMs, doneMs }: { firstMs: number; doneMs: number }) {
  return { rareFirstMs: firstMs, rareMs: doneMs };
}

class Filler {
  readonly #stream: Stream;
  readonly #session: number;
  readonly #keys: readonly number[];
  #next: number;

  private constructor(
    readonly history: History,
    private readonly options: ProgramOptions,
    known: ReadonlyMap<string, number>,
  ) {
    this.#stream = new Stream(options);
    this.#session = history.beginSession(PROFILE_ID, BEGIN_US);
    this.#keys = Array.from({ length: options.topics }, (_, index) => {
      const name = topicName(index, options.topics);
      return known.get(name) ?? history.addTopic(PROFILE_ID, name);
    });
    this.#next = history.nextId;
  }

  static async open(file: string, options: ProgramOptions): Promise<Filler> {
    const history = openHistory({ file, threads: options.threads });
    const topics = await history.topics(PROFILE_ID, 0, options.topics);
    return new Filler(history, options, new Map(topics.map(({ name, key }) => [name, key])));
  }

  /** @returns messages a second */
  async fill(messages: number): Promise<number> {
    const underWay: Promise<void>[] = [];
    const start = performance.now();
    for (let stored = 0; stored < messages; stored += BATCH) {
      underWay.push(this.#append(Math.min(BATCH, messages - stored)));
      if (underWay.length >= UNDER_WAY) await underWay.shift();
    }
    await Promise.all(underWay);
    return (messages * 1000) / (performance.now() - start);
  }

  #append(count: number): Promise<void> {
    const { size, topics } = this.options;
    const bytes = Buffer.allocUnsafeSlow(count * size);
    const first = this.#next;
    this.#next += count;
    const at = Array.from({ length: count }, (_, index) => index);
    for (const index of at) this.#stream.payload(bytes, index * size, first - 1 + index);
    const batch: MessageBatch = {
      length: count,
      ids: at.map((index) => first + index),
      timesUs: at.map((index) => BEGIN_US + (first + index) * 100),
      topicKeys: at.map((index) => this.#keys[topicIndex(first - 1 + index, topics)] ?? 0),
      flags: at.map(() => 0),
      packetIds: at.map(() => 0),
      properties: at.map(() => null),
      payloads: at.map((index) => bytes.subarray(index * size, (index + 1) * size)),
    };
    const counts = { received: count, refused: 0 };
    return this.history.append(PROFILE_ID, this.#session, batch, counts);
  }
}

interface Found {
  readonly firstMs: number;
  readonly doneMs: number;
}

/** Asks as the window's view does. @param enough ends with so many rows; @param atLeast must be found */
async function search(
  history: History,
  change: Partial<MessageSearch>,
  enough = Infinity,
  atLeast = Math.min(enough, RARE),
): Promise<Found> {
  const start = performance.now();
  const list = await history.openList(PROFILE_ID, { ...allMessages(PROFILE_ID), ...change });
  let firstMs = 0;
  for (;;) {
    const request = { list, first: 0, count: PAGE, end: null, stopped: false, again: true };
    const reply = await history.listRows(request);
    if (reply === null) throw new Error('A reply was asked for.');
    if (firstMs === 0 && reply.rows.length > 0) firstMs = performance.now() - start;
    if (reply.progress.state !== 'searching' || reply.total >= enough) {
      history.closeList(list);
      if (reply.total < atLeast) throw new Error(`${String(reply.total)} found.`);
      return { firstMs, doneMs: performance.now() - start };
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Any place of the list of all messages, 95th percentile. */
async function jump(history: History, messages: number): Promise<number> {
  const list = await history.openList(PROFILE_ID, allMessages(PROFILE_ID));
  const elapsed: number[] = [];
  for (let round = 0; round < JUMPS; round++) {
    const first = Math.floor(((round * 7_919) % JUMPS) * (messages / JUMPS));
    const start = performance.now();
    const request = { list, first, count: PAGE, end: null, stopped: false, again: true };
    const reply = await history.listRows(request);
    elapsed.push(performance.now() - start);
    if (reply?.rows.length !== PAGE) throw new Error('A page is not full.');
  }
  history.closeList(list);
  return percentile(elapsed, 0.95);
}

/** From the call that stops a search under way until it is answered. */
async function cancel(history: History): Promise<number> {
  const text = 'nowhere';
  const list = await history.openList(PROFILE_ID, { ...allMessages(PROFILE_ID), text });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const start = performance.now();
  await history.listRows({ list, first: 0, count: 0, end: null, stopped: true, again: true });
  history.closeList(list);
  return performance.now() - start;
}

/** The same questions to one row a message, with LIKE, in one thread. */
export async function benchPlainSearch(options: ProgramOptions): Promise<void> {
  const database = new Database(join(options.home, 'store.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(
    'CREATE TABLE messages (id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, payload BLOB NOT NULL) STRICT',
  );
  const insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?)');
  const stream = new Stream(options);
  const append = database.transaction((first: number, count: number) => {
    for (let sequence = first; sequence < first + count; sequence++) {
      const payload = Buffer.allocUnsafe(options.size);
      stream.payload(payload, 0, sequence);
      insert.run(sequence + 1, topicIndex(sequence, options.topics), payload);
    }
  });
  for (let first = 0; first < options.expect; first += BATCH) {
    append(first, Math.min(BATCH, options.expect - first));
  }
  const text = 'CAST(payload AS TEXT)';
  const timed = (where: string, limit: number): number => {
    const sql = `SELECT id FROM messages WHERE ${where} ORDER BY id DESC LIMIT ?`;
    const start = performance.now();
    database.prepare(sql).all(limit);
    return performance.now() - start;
  };
  const result: SearchResult = {
    commonFirstMs: timed(`${text} LIKE '%running%'`, PAGE),
    rareFirstMs: timed(`${text} LIKE '%failing%'`, 1),
    rareMs: timed(`${text} LIKE '%failing%'`, 1_000_000),
    absentMs: timed(`${text} LIKE '%nowhere%'`, 1_000_000),
    anyCaseMs: timed(`${text} LIKE '%nowhere%'`, 1_000_000),
    jsonMs: timed(`${text} ->> '$.value' > 79.99`, 1_000_000),
    ...{ rowsMs: 0, cancelMs: 0 },
  };
  database.close();
  tell({ result });
  return Promise.resolve();
}
