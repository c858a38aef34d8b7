import type { Message } from '../../../app/message';
import type { ProfileRuntime } from '../profile-runtime';
import { sparkplugTopic, type SparkplugMessage, type SparkplugState } from './sparkplug-state';

/** More topics of one edge node than this are not looked through for the message before: gaps are not told then. */
const MOST_TOPICS = 100;
const MOST_BIRTH_BYTES = 8 * 1024 * 1024;
/** The sequence number stands behind the metrics: nothing less than the whole payload tells it. */
const MOST_PREVIOUS_BYTES = 256 * 1024;
/** Messages that count the edge node's sequence (Sparkplug 3.0.0 §6.4.16). */
const COUNTED = ['NBIRTH', 'NDATA', 'DBIRTH', 'DDATA', 'DDEATH'];

/** Finds in tree and history what a Sparkplug message refers to; null for other topics. */
export async function readSparkplugState(
  runtime: ProfileRuntime,
  topic: string,
  messageId: number,
): Promise<SparkplugState | null> {
  const place = sparkplugTopic(topic);
  if (!place) return null;
  const { group, node, device } = place;
  const path = (type: string, name: string): string => `spBv1.0/${group}/${type}/${name}`;
  const before = (name: string): Promise<SparkplugMessage | null> =>
    lastBefore(runtime, name, messageId, MOST_BIRTH_BYTES);
  const ofDevice = (type: string): Promise<SparkplugMessage | null> =>
    device === '' ? Promise.resolve(null) : before(path(type, `${node}/${device}`));
  const [nodeBirth, nodeDeath, deviceBirth, deviceDeath, previous] = await Promise.all([
    before(path('NBIRTH', node)),
    before(path('NDEATH', node)),
    ofDevice('DBIRTH'),
    ofDevice('DDEATH'),
    previousOf(
      runtime,
      COUNTED.flatMap((type) => topicsOf(runtime, path(type, node))),
      messageId,
    ),
  ]);
  return { nodeBirth, nodeDeath, deviceBirth, deviceDeath, previous };
}

/** The births before a message, which give its metrics their names: all that a row needs; null for other topics. */
export async function birthsBefore(
  runtime: ProfileRuntime,
  topic: string,
  messageId: number,
): Promise<SparkplugState | null> {
  const place = sparkplugTopic(topic);
  if (!place) return null;
  const { group, node, device } = place;
  const birth = (path: string): Promise<SparkplugMessage | null> =>
    lastBefore(runtime, `spBv1.0/${group}/${path}`, messageId, MOST_BIRTH_BYTES);
  return {
    nodeBirth: await birth(`NBIRTH/${node}`),
    deviceBirth: device === '' ? null : await birth(`DBIRTH/${node}/${device}`),
    ...{ nodeDeath: null, deviceDeath: null, previous: null },
  };
}

/** The births that the tree has, which give a message's metrics their names; null for other topics. */
export function birthsInTree(
  tree: ProfileRuntime['tree'],
  topic: string,
  messageId: number,
): SparkplugState | null {
  const place = sparkplugTopic(topic);
  if (!place) return null;
  const { group, node, device } = place;
  const birth = (path: string): SparkplugMessage | null => {
    const value = tree.topic(path)?.value;
    if (!value?.payload || value.id >= messageId || value.payload.length !== value.sizeBytes)
      return null;
    const payload = Uint8Array.prototype.slice.call(value.payload);
    return { id: value.id, timeUs: value.timeUs, topic: path, payload };
  };
  return {
    nodeBirth: birth(`spBv1.0/${group}/NBIRTH/${node}`),
    deviceBirth: device === '' ? null : birth(`spBv1.0/${group}/DBIRTH/${node}/${device}`),
    ...{ nodeDeath: null, deviceDeath: null, previous: null },
  };
}

/** A topic and the topics one level below it. */
function topicsOf(runtime: ProfileRuntime, path: string): string[] {
  const node = runtime.tree.node(path);
  if (!node) return [];
  const topics = node.value ? [path] : [];
  for (const child of node.children ?? []) {
    if (topics.length > MOST_TOPICS) break;
    if (child.value) topics.push(`${path}/${child.name}`);
  }
  return topics;
}

async function previousOf(
  runtime: ProfileRuntime,
  topics: readonly string[],
  messageId: number,
): Promise<SparkplugMessage | null> {
  if (topics.length > MOST_TOPICS) return null;
  const found = await Promise.all(
    topics.map((topic) => lastBefore(runtime, topic, messageId, MOST_PREVIOUS_BYTES)),
  );
  return found.reduce((best, one) => (one && (!best || one.id > best.id) ? one : best), null);
}

/** The topic's last message before another one: the tree has it where it is the newest. */
async function lastBefore(
  runtime: ProfileRuntime,
  topic: string,
  messageId: number,
  maxBytes: number,
): Promise<SparkplugMessage | null> {
  const node = runtime.tree.topic(topic);
  if (!node?.value) return null;
  const { value } = node;
  if (value.id < messageId && value.payload?.length === value.sizeBytes) {
    return { id: value.id, timeUs: value.timeUs, topic, payload: value.payload };
  }
  const history = runtime.upToDate();
  const { topicKey } = node;
  if (topicKey === 0) return null;
  const request = { topicKey, beforeId: messageId, limit: 1, previewBytes: maxBytes };
  const { messages } = await history.page(request);
  return whole(messages[0], topic);
}

function whole(message: Message | undefined, topic: string): SparkplugMessage | null {
  if (!message || message.payload.length < message.sizeBytes) return null;
  return { id: message.id, timeUs: message.timeUs, topic, payload: message.payload };
}
