import { FLAG_RETAIN, type History, type TopicSummary } from '../history/history';
import { PACKET_ID_IN_HISTORY, type TopicValue } from './topic-node';
import type { TopicTree } from './topic-tree';

const PAGE = 5_000;

/** Fills a tree with the topics that the history holds, in slices that let everything else go on. */
export async function loadTree(
  tree: TopicTree,
  history: History,
  profileId: string,
): Promise<void> {
  // Nothing was ever stored: then the reader's thread need not even start.
  if (history.totals(profileId).stored === 0) return;
  let afterKey = 0;
  for (;;) {
    const topics = await history.topics(profileId, afterKey, PAGE);
    for (const topic of topics) plant(tree, topic);
    const last = topics.at(-1);
    if (!last || topics.length < PAGE) return;
    afterKey = last.key;
  }
}

/** Brings a topic up to what the history knows of it now: another program is writing to it. */
export function renewTopic(tree: TopicTree, topic: TopicSummary): void {
  const node = tree.topic(topic.name);
  const known = node?.value;
  if (!node || !known) {
    plant(tree, topic);
    return;
  }
  const more = topic.count - known.count;
  if (more <= 0 || topic.lastId <= known.id) return;
  known.take(valueOf(topic));
  tree.count(node, topic.name, known, more, topic.lastId);
}

function plant(tree: TopicTree, topic: TopicSummary): void {
  const node = tree.reach(topic.name);
  node.topicKey = topic.key;
  if (topic.count > 0) tree.count(node, topic.name, valueOf(topic), topic.count, topic.lastId);
}

function valueOf(topic: TopicSummary): TopicValue {
  return {
    count: topic.count,
    payload: topic.lastPayload,
    sizeBytes: topic.lastSizeBytes,
    id: topic.lastId,
    timeUs: topic.lastTimeUs,
    flags: topic.lastFlags,
    // Not part of a summary: who asks for the message reads it from the history.
    packetId: PACKET_ID_IN_HISTORY,
    properties: null,
    retained: (topic.lastFlags & FLAG_RETAIN) !== 0 && topic.lastSizeBytes > 0,
  };
}
