import type { TopicInfo } from '../../engine/history/archive';
import { openArchive } from '../../engine/history/sqlite-archive';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { FORMATS, formatHelp, writeListing, type Column } from '../formats';
import { databaseHelp } from '../help';
import { oneOf, parseOptions, topicFilters } from '../options';
import { payloadText, payloadWords, type PayloadText } from '../payload-text';
import { historyFile } from '../places';
import { isoMicroseconds, isoMilliseconds } from '../quantities';

const options = {
  db: { type: 'string' },
  topic: { type: 'string', short: 't', multiple: true },
  profile: { type: 'string' },
  format: { type: 'string', short: 'f' },
} as const;

export const topics: Command = {
  name: 'topics',
  summary: 'list the topics of a history, each with its last value',
  help: `mqtt-loupe topics - list the topics of a history, each with its last value

USAGE
  mqtt-loupe topics [OPTIONS]

Lists topics in the order in which they were first seen: how many messages were
stored, and the time, size and value of the last one. Of a value over 64 KiB the
beginning is shown ("complete" says so); query prints it whole.

OPTIONS
${databaseHelp}  -t, --topic FILTER   only topics that match this topic filter; may be given
                       several times. Default: all
  --profile ID         only topics of this profile (info lists them)
${formatHelp}
EXAMPLE
  mqtt-loupe topics -t 'plant/#' --format csv > topics.csv
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const request = {
      filters: topicFilters('--topic', values.topic),
      profileId: values.profile ?? null,
    };
    const format = oneOf('--format', values.format, FORMATS) ?? 'table';
    const archive = openArchive(historyFile(values.db));
    try {
      const count = await writeListing(out, format, columns, decoded(archive.topics(request)));
      if (count === 0) process.stderr.write('mqtt-loupe topics: no stored topic fits.\n');
      return EXIT.done;
    } finally {
      archive.close();
    }
  },
};

interface DecodedTopic extends TopicInfo {
  /** Null when the last message was pruned. */
  readonly content: PayloadText | null;
}

function* decoded(found: Iterable<TopicInfo>): Generator<DecodedTopic> {
  for (const topic of found) {
    const { lastPayload } = topic;
    yield { ...topic, content: lastPayload === null ? null : payloadText(lastPayload) };
  }
}

const columns: readonly Column<DecodedTopic>[] = [
  { name: 'topic', width: 36, value: (topic) => topic.name },
  { name: 'messages', width: 10, alignRight: true, value: (topic) => topic.count },
  {
    name: 'last',
    width: 24,
    value: (topic) => isoMicroseconds(topic.lastTimeUs),
    words: (topic) => isoMilliseconds(topic.lastTimeUs),
  },
  { name: 'profile', width: 0, value: (topic) => topic.profileId },
  { name: 'size', width: 6, alignRight: true, value: (topic) => topic.lastSizeBytes },
  {
    name: 'complete',
    width: 0,
    value: (topic) => (topic.lastPayload?.length ?? -1) === topic.lastSizeBytes,
  },
  { name: 'encoding', width: 0, value: (topic) => topic.content?.encoding ?? null },
  {
    name: 'payload',
    width: 20,
    value: (topic) => topic.content?.text ?? null,
    words: (topic) => (topic.content === null ? '' : payloadWords(topic.content)),
  },
];
