import { propertiesValue } from '../../engine/files/properties-json';
import type { MessageQuery, StoredMessage } from '../../engine/history/archive';
import { openArchive } from '../../engine/history/sqlite-archive';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { FORMATS, formatHelp, writeListing, type Column } from '../formats';
import { databaseHelp } from '../help';
import { oneOf, parseOptions, positiveInteger, topicFilters } from '../options';
import { payloadText, payloadWords, type PayloadText } from '../payload-text';
import { historyFile } from '../places';
import { isoMicroseconds, isoMilliseconds, momentOption } from '../quantities';

const options = {
  db: { type: 'string' },
  topic: { type: 'string', short: 't', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  text: { type: 'string' },
  'ignore-case': { type: 'boolean', short: 'i' },
  limit: { type: 'string', short: 'n' },
  reverse: { type: 'boolean', short: 'r' },
  profile: { type: 'string' },
  format: { type: 'string', short: 'f' },
} as const;

export const query: Command = {
  name: 'query',
  summary: 'print stored messages',
  help: `mqtt-loupe query - print stored messages

USAGE
  mqtt-loupe query [OPTIONS]

Prints messages in the order in which they arrived, also while another process
records into the same history: those that were stored when it began.

OPTIONS
${databaseHelp}  -t, --topic FILTER   only topics that match this topic filter (as in plant/+/state
                       or plant/#); may be given several times. As in MQTT, a
                       wildcard at the beginning does not match $SYS. Default: all
  --since TIME         not older than this: 2026-11-23, 2026-11-23T17:00:05Z (the
                       computer's own time zone where none is said), or an age: 10m
  --until TIME         not newer than this
  --text TEXT          only messages whose topic or payload contains this text
  -i, --ignore-case    upper and lower case are the same to --text
  -n, --limit COUNT    at most so many messages
  -r, --reverse        the newest first
  --profile ID         only messages of this profile (info lists them)
${formatHelp}
EXAMPLES
  mqtt-loupe query -t 'plant/+/state' --since 10m
  mqtt-loupe query -t '$SYS/#' --format ndjson | jq .payload
  mqtt-loupe query --text error -n 20 --reverse
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const now = Date.now();
    const request = {
      filters: topicFilters('--topic', values.topic),
      profileId: values.profile ?? null,
      fromUs: momentOption('--since', values.since, now),
      toUs: momentOption('--until', values.until, now),
      text: textOf(values.text, values['ignore-case'] === true),
      accepts: null,
      limit: positiveInteger('--limit', values.limit) ?? Infinity,
      newestFirst: values.reverse === true,
    };
    const format = oneOf('--format', values.format, FORMATS) ?? 'table';
    const archive = openArchive(historyFile(values.db));
    try {
      const count = await writeListing(out, format, columns, decoded(archive.messages(request)));
      if (count === 0) process.stderr.write('mqtt-loupe query: no stored message fits.\n');
      return EXIT.done;
    } finally {
      archive.close();
    }
  },
};

interface DecodedMessage extends StoredMessage {
  readonly content: PayloadText;
}

/** A payload is decoded once, whatever the columns make of it. */
function* decoded(messages: Iterable<StoredMessage>): Generator<DecodedMessage> {
  for (const message of messages) yield { ...message, content: payloadText(message.payload) };
}

const columns: readonly Column<DecodedMessage>[] = [
  { name: 'id', width: 0, value: (message) => message.id },
  {
    name: 'time',
    width: 24,
    value: (message) => isoMicroseconds(message.timeUs),
    words: (message) => isoMilliseconds(message.timeUs),
  },
  { name: 'topic', width: 28, value: (message) => message.topic },
  { name: 'qos', width: 1, title: 'q', value: (message) => message.qos },
  {
    name: 'retain',
    width: 1,
    title: 'r',
    value: (message) => message.retain,
    words: (message) => (message.retain ? 'r' : ''),
  },
  { name: 'dup', width: 0, value: (message) => message.dup },
  { name: 'direction', width: 0, value: (message) => message.direction },
  { name: 'packetId', width: 0, value: (message) => message.packetId },
  { name: 'profile', width: 0, value: (message) => message.profileId },
  { name: 'session', width: 0, value: (message) => message.session },
  { name: 'properties', width: 0, value: ({ properties }) => propertiesValue(properties) },
  { name: 'size', width: 6, alignRight: true, value: (message) => message.sizeBytes },
  { name: 'encoding', width: 0, value: (message) => message.content.encoding },
  {
    name: 'payload',
    width: 20,
    value: (message) => message.content.text,
    words: (message) => payloadWords(message.content),
  },
];

function textOf(text: string | undefined, ignoreCase: boolean): MessageQuery['text'] {
  return text === undefined || text === '' ? null : { text, matchCase: !ignoreCase };
}
