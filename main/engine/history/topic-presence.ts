import type { Database, Statement } from './driver';
import { topicsOf } from './run';
import type { Unit } from './run-source';

interface BlockRange {
  readonly key: number;
  readonly firstTopic: number;
  readonly lastTopic: number;
}

/** Says whether a unit has messages of some topics: most blocks are ruled out by their first and last topic. */
export class TopicPresence {
  readonly #blocks: Statement<BlockRange>;
  readonly #topicsOfBlock: Statement<Uint8Array>;
  readonly #topicsOfBatch: Statement<Uint8Array>;

  constructor(database: Database) {
    this.#blocks = database.prepare(
      `SELECT key, first_topic AS firstTopic, last_topic AS lastTopic FROM blocks
       WHERE segment = ? AND last_topic >= ? AND first_topic <= ?`,
    );
    const topics = (table: string): Statement<Uint8Array> =>
      database.prepare<unknown[], Uint8Array>(`SELECT topics FROM ${table} WHERE key = ?`).pluck();
    this.#topicsOfBlock = topics('blocks');
    this.#topicsOfBatch = topics('batches');
  }

  /** @param topics keys, the smallest first */
  hasAny({ kind, key }: Pick<Unit, 'kind' | 'key'>, topics: Uint32Array): boolean {
    const [least, most] = [topics.at(0), topics.at(-1)];
    if (least === undefined || most === undefined) return false;
    if (kind === 'batch') return isAnyIn(this.#topicsOfBatch.get(key), topics);
    return this.#blocks
      .all(key, least, most)
      .some(
        ({ key: block, firstTopic, lastTopic }) =>
          (topics[placeOf(topics, firstTopic)] ?? Infinity) <= lastTopic &&
          isAnyIn(this.#topicsOfBlock.get(block), topics),
      );
  }
}

function isAnyIn(run: Uint8Array | undefined, topics: Uint32Array): boolean {
  if (run === undefined) return false;
  let at = 0;
  for (const { topic } of topicsOf(run)) {
    while ((topics[at] ?? Infinity) < topic) at++;
    if (at === topics.length) return false;
    if (topics[at] === topic) return true;
  }
  return false;
}

/** Where the first number that is not smaller stands. */
function placeOf(sorted: Uint32Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
