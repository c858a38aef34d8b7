import type { History } from '../../../main/engine/history/history';
import { openHistory } from '../../../main/engine/history/sqlite-history';
import { HashSum, topicSeed } from '../message-hash';
import { tell, type ProgramOptions } from './arguments';
import { PROFILE_ID } from './profile-id';

export interface ReadBack {
  readonly messages: number;
  readonly topics: number;
  readonly payloadBytes: number;
  /** As the load generator sums it up. */
  readonly hash: string;
}

const TOPICS_PER_PAGE = 1_000;
const MESSAGES_PER_PAGE = 5_000;

/**
 * Reads every stored message of a profile through the history's own surface, so that it holds for any way of storing
 * them, and hashes topic and payload.
 */
export async function readBack(history: History, profileId: string): Promise<ReadBack> {
  const hash = new HashSum();
  let messages = 0;
  let topics = 0;
  let payloadBytes = 0;
  for (let afterKey = 0; ;) {
    const page = await history.topics(profileId, afterKey, TOPICS_PER_PAGE);
    for (const { key, name } of page) {
      const seed = topicSeed(new TextEncoder().encode(name));
      topics += 1;
      for await (const payload of payloadsOf(history, key)) {
        hash.add(seed, payload);
        messages += 1;
        payloadBytes += payload.length;
      }
    }
    const last = page.at(-1);
    if (!last) return { messages, topics, payloadBytes, hash: hash.toString() };
    afterKey = last.key;
  }
}

async function* payloadsOf(history: History, topicKey: number): AsyncGenerator<Uint8Array> {
  let beforeId: number | null = null;
  for (let more = true; more;) {
    const page: Awaited<ReturnType<History['page']>> = await history.page({
      topicKey,
      beforeId,
      limit: MESSAGES_PER_PAGE,
      previewBytes: Number.MAX_SAFE_INTEGER,
    });
    for (const message of page.messages) yield message.payload;
    beforeId = page.messages.at(-1)?.id ?? null;
    more = page.more;
  }
}

/** Reads back what an app stored that has ended, and says how the counters stand. */
export async function readBackFile({ home, threads }: ProgramOptions): Promise<void> {
  const history = openHistory({ file: `${home}/history.db`, threads });
  try {
    const { received, stored, refused, pruned } = history.totals(PROFILE_ID);
    tell({
      result: { ...(await readBack(history, PROFILE_ID)), received, stored, refused, pruned },
    });
  } finally {
    await history.close();
  }
}
