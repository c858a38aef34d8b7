import { LoupeError } from '../../../app/errors';
import type { QoS } from '../../../app/message';
import { askByName, askFor, type Asking } from './ask-broker';
import type { RetainedList, RetainedMessage } from './retained-list';
import { isSameMessage } from './same-message';

/** More than this is not listed: a narrower filter is. */
const MOST_ROWS = 500_000;
const MOST_BYTES = 256 * 1_024 * 1_024;
/** What a queue of the broker did not hold is asked for by name, so many at the most. */
const MOST_NAMED = 200_000;

export interface ListingHooks {
  /** All messages are there, and only the levels that they are kept with are asked for. */
  readonly onLevels: () => void;
  /** The level of a message where it is known already; null where the broker is to be asked. */
  readonly levelOf: (message: RetainedMessage) => QoS | null;
}

/** Levels of messages that are as they were when their level was known. */
export function levelsOf(known: readonly RetainedMessage[]): ListingHooks['levelOf'] {
  const before = new Map(known.map((message) => [message.topic, message]));
  return (message) => {
    const same = before.get(message.topic);
    return same && isSameMessage(same, message) ? same.qos : null;
  };
}

/**
 * Fills a list with what the broker keeps under a filter. First with QoS 0, which brings all of it; then with QoS 2,
 * which says at what level each is kept, and for those that a queue of the broker did not hold, by name.
 * @returns why it may not be all, in words; null when it is
 */
export async function listBroker(
  asking: Asking,
  filter: string,
  list: RetainedList,
  { onLevels, levelOf }: ListingHooks,
): Promise<string | null> {
  if (!asking.own.retainAvailable) {
    throw new LoupeError('publish-refused', 'This broker does not keep retained messages.');
  }
  let isFull = false;
  await askFor(
    asking,
    [filter],
    0,
    (message) => {
      isFull ||= list.length >= MOST_ROWS || list.bytes > MOST_BYTES;
      if (!isFull) list.put({ ...message, qos: levelOf(message) });
    },
    () => isFull,
  );
  const { refused } = asking.own;
  onLevels();
  const unknown = new Set(
    list.messages.filter(({ qos }) => qos === null).map(({ topic }) => topic),
  );
  const told = (message: RetainedMessage): void => {
    // What was published since the list was made is not part of it, unless it replaced something.
    if (unknown.delete(message.topic)) list.put(message);
  };
  const isAll = (): boolean => unknown.size === 0;
  if (!isAll()) await askFor(asking, [filter], 2, told, isAll);
  if (!isAll() && unknown.size <= MOST_NAMED) await askByName(asking, [...unknown], told);
  return noteOf(isFull, refused);
}

function noteOf(isFull: boolean, refused: number): string | null {
  if (isFull)
    return 'There are more than a list can hold (500,000 messages, or 256 MB of payloads). Choose a narrower filter to see the rest.';
  if (refused === 0) return null;
  const which = refused === 1 ? 'One message is' : `${refused.toLocaleString('en')} messages are`;
  return `${which} larger than this connection takes, and not in the list. The limit of a packet is in the settings of the connection.`;
}

/**
 * What the broker keeps now of topics that were listed before; those that it keeps nothing of any more are left out.
 * Levels are those of the list where nothing else changed.
 */
export async function asKeptNow(
  asking: Asking,
  filter: string,
  listed: readonly RetainedMessage[],
): Promise<readonly RetainedMessage[]> {
  const before = new Map(listed.map((message) => [message.topic, message]));
  const now = new Map<string, RetainedMessage>();
  const changed: string[] = [];
  const take = (message: RetainedMessage): void => {
    const known = before.get(message.topic);
    if (!known || now.has(message.topic)) return;
    const isSame = known.qos !== null && isSameMessage(known, message);
    if (!isSame) changed.push(message.topic);
    now.set(message.topic, isSame ? { ...message, qos: known.qos } : message);
  };
  await askFor(asking, [filter], 0, take, () => now.size === before.size);
  const missing = [...before.keys()].filter((topic) => !now.has(topic));
  const named = [...changed, ...missing].slice(0, MOST_NAMED);
  await askByName(asking, named, (message) => {
    if (before.has(message.topic)) now.set(message.topic, message);
  });
  return [...now.values()];
}
