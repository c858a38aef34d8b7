import { FLAG_RETAIN, type History, type TopicSummary } from '../history/history';
import { PACKET_ID_IN_HISTORY } from './topic-node';
import type { TopicTree } from './topic-tree';

const PAGE = 5_000;

/** Fills a tree with the topics that the history holds, in slices that let everything else go on. */
export async function loadTree(
  tree: TopicTree,
  history: History,
  profileId: string,
): Promise<void> {
  let afterKey = 0;
  for (;;) {
    const topics = await history.topics(profileId, afterKey, PAGE);
    for (const topic of topics) plant(tree, topic);
    const last = topics.at(-1);
    if (!last || topics.length < PAGE) return;
    afterKey = last.key;
  }
}

function plant(tree: TopicTree, topic: TopicSummary): void {
  const node = tree.reach(topic.name);
  node.topicKey = topic.key;
  if (topic.count === 0) return;
  const value = {
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
  tree.count(node, topic.name, value, topic.count, topic.lastId);
}
