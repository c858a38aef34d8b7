import type { DryRun, DryRunTopic, ReplaySettings } from '../../../app/contract-replay';
import { LoupeError } from '../../../app/errors';
import { escapeHidden } from '../../../app/payload/escape';
import { DEFAULT_RULES, ruleProblems, type ReplayRules } from '../../../app/replay/rules';
import { isReplaySpeed, type ReplaySpeed } from '../../../app/replay/schedule';
import { parseMapping, type TopicMapping } from '../../../app/replay/topic-mapping';
import type { SourcePlace } from '../../engine/replay/message-source';
import { SourceReader } from '../../engine/replay/source-reader';
import { chooseBroker, type Broker } from '../broker';
import type { Command } from '../command';
import { EXIT, exitCodesHelp } from '../exit-codes';
import { databaseHelp } from '../help';
import { networkHelp, networkOptions } from '../network-options';
import { oneOf, parseOptions, positiveInteger, topicFilters, usageError } from '../options';
import type { Output } from '../output';
import { engineThreads, historyFile } from '../places';
import { countWords, durationOption, durationWords, momentOption, sizeWords } from '../quantities';
import { withHistory } from '../recording-source';
import { ReplayCommand, type ReplaySummary } from '../replay-command';
import { nextSignal } from '../signals';

const options = {
  db: { type: 'string' },
  'from-profile': { type: 'string' },
  topic: { type: 'string', short: 't', multiple: true },
  from: { type: 'string' },
  until: { type: 'string' },
  session: { type: 'string' },
  to: { type: 'string' },
  profile: { type: 'string', short: 'p' },
  'mqtt-version': { type: 'string', short: 'V' },
  ...networkOptions,
  speed: { type: 'string', short: 's' },
  loop: { type: 'string' },
  'max-pause': { type: 'string' },
  map: { type: 'string', short: 'm', multiple: true },
  exclude: { type: 'string', multiple: true },
  qos: { type: 'string', short: 'q' },
  retain: { type: 'string' },
  set: { type: 'string', multiple: true },
  'shift-time': { type: 'string', multiple: true },
  'with-system': { type: 'boolean' },
  'with-own': { type: 'boolean' },
  'with-replayed': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>;

/** Topics that a dry run lists in words; `--json` has up to 10,000. */
const LISTED_TOPICS = 50;
const MOST_TOPICS = 10_000;

export const replay: Command = {
  name: 'replay',
  summary: 'publish stored messages again, to any broker at any speed',
  help: `mqtt-loupe replay - publish stored messages again, to any broker at any speed

USAGE
  mqtt-loupe replay --to URL | --profile NAME [OPTIONS]
  mqtt-loupe replay --dry-run [OPTIONS]

Reads messages in the order in which they arrived and publishes each of them so long
after the first as it came after it, divided by the speed. What is stored after it
began does not belong to it. A connection that is lost is brought back, and the replay
goes on where it was: QoS 1 and 2 are sent again until they are acknowledged. With a
profile that keeps its session (clean start off) QoS 2 then arrives once; without a
session a message may arrive twice. QoS 0 may be lost with the connection.

SOURCE
${databaseHelp}                       A recording (.mqttrec) will do, too: it is unpacked into the
                       system's folder for temporary files as long as it takes
  --from-profile ID    only messages of this profile (info lists them)
  -t, --topic FILTER   only topics that match this topic filter; may be given several
                       times. Default: all
  --from TIME          not older than this: 2026-11-23, 2026-11-23T17:00:05Z (the
                       computer's own time zone where none is said), or an age: 10m
  --until TIME         not newer than this
  --session NUMBER     only messages of this session (info --json lists them)
  --exclude FILTER     leave these topics out; may be given several times
  --with-system        also topics that begin with $, such as $SYS
  --with-own           also what was published by MQTT Loupe itself
  --with-replayed      also what an earlier replay sent

TARGET
  --to URL             mqtt://[USER[:PASSWORD]@]HOST[:PORT], or mqtts, ws, wss. The
                       command line can be seen by other users of the computer: keep
                       the password out of it and set MQTT_LOUPE_PASSWORD
  -p, --profile NAME   a saved connection of the window
  -V, --mqtt-version 3.1|3.1.1|5
                       default: 5, or the profile's. Properties need 5
  -y, --yes            also to a profile that is marked as production

REACHING IT
${networkHelp}
SCHEDULE
  -s, --speed SPEED    0.1 to 1000 times as fast as it was, or max: as fast as the
                       broker takes it. Default: 1
  --loop COUNT         so many rounds; 0 is endlessly. Default: 1
  --max-pause TIME     pauses longer than this (5s, 2m) are shortened to it

RULES
  -m, --map 'FROM => TO'
                       rename topics: a branch ('plant => copy/plant'), or a filter
                       whose wildcards are $1, $2 … ('plant/+/# => copy/$1/$2'); may
                       be given several times, the first one that fits counts
  -q, --qos keep|0|1|2 default: keep, as it is stored
  --retain keep|yes|no default: keep
  --set PATH=JSON      set a value of JSON payloads: --set site='"lyon"'; may be given
                       several times
  --shift-time PATH    move a timestamp in the payload (ISO 8601, or seconds, ms, µs or
                       ns since 1970) along with the message, so that it says now;
                       $ is the whole payload; may be given several times

OUTPUT
  --dry-run            send nothing: count and list what would be sent
  --json               the last line of the output is one JSON object: sent,
                       acknowledged, failed, failures (the first 100), sentAgain, bytes,
                       loops, seconds, rate, lateMs (99 of 100 messages were not later
                       than this), end (done, signal, connection, source), error

${exitCodesHelp}
EXAMPLES
  mqtt-loupe replay --db plant.db --to mqtt://localhost --speed 10
  mqtt-loupe replay -t 'plant/#' --from 10m --to mqtt://localhost \\
    --map 'plant/+/# => copy/$1/$2' --shift-time timestamp --dry-run
  mqtt-loupe replay --db plant.db --profile Test --speed max --qos 1 --json
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const place = placeOf(values);
    const settings = settingsOf(values);
    const broker = values['dry-run'] === true ? null : await targetOf(values);
    const signal = nextSignal();
    let isEnding = false;
    void signal.then(() => {
      isEnding = true;
    });
    const isCancelled = (): boolean => isEnding;
    return await withHistory(place.file, isCancelled, async (file) => {
      const asJson = values.json === true;
      const source = { ...place, file };
      if (broker === null) return await dryRun(source, settings, signal, asJson, out);
      const summary = await send(new ReplayCommand({ place: source, settings, broker }), signal);
      await out.write(asJson ? `${JSON.stringify(summary)}\n` : inWords(summary));
      return exitCode(summary);
    });
  },
};

async function send(command: ReplayCommand, signal: Promise<unknown>): Promise<ReplaySummary> {
  void signal.then(() => {
    command.stop();
  });
  const summary = await command.run();
  if (summary.error !== null) process.stderr.write(`mqtt-loupe replay: ${summary.error}\n`);
  return summary;
}

function placeOf(values: Values): SourcePlace {
  const now = Date.now();
  return {
    kind: 'history',
    file: historyFile(values.db),
    selection: {
      profileId: values['from-profile'] ?? null,
      filters: topicFilters('--topic', values.topic),
      fromUs: momentOption('--from', values.from, now),
      toUs: momentOption('--until', values.until, now),
      sessionKey: positiveInteger('--session', values.session),
    },
  };
}

async function targetOf(values: Values): Promise<Broker> {
  const { to, profile } = values;
  if (to === undefined && profile === undefined) {
    throw usageError('To which broker? Give --to mqtt://HOST or --profile NAME, or --dry-run.');
  }
  if (to !== undefined && profile !== undefined) {
    throw usageError('--to and --profile both name a broker: give one of them.');
  }
  const broker = await chooseBroker({
    url: to,
    profile,
    // A profile that only publishes will do; nothing is subscribed to here.
    filters: ['#'],
    qos: undefined,
    version: oneOf('--mqtt-version', values['mqtt-version'], ['3.1', '3.1.1', '5']),
    maxPacketMegabytes: undefined,
    ca: values.ca,
    network: values,
  });
  if (broker.profile.production && values.yes !== true) {
    throw usageError(
      `The profile “${broker.profile.name}” is marked as production. Look at --dry-run first; --yes replays to it.`,
    );
  }
  return { ...broker, profile: { ...broker.profile, subscriptions: [] } };
}

function settingsOf(values: Values): Omit<ReplaySettings, 'targetId'> {
  return {
    speed: speedOf(values.speed),
    maxPauseMs: durationOption('--max-pause', values['max-pause']),
    loops: values.loop === '0' ? null : (positiveInteger('--loop', values.loop) ?? 1),
    fromUs: null,
    toUs: null,
    rules: rulesOf(values),
  };
}

function speedOf(value: string | undefined): ReplaySpeed {
  if (value === undefined) return 1;
  const speed = value === 'max' ? 'max' : /^\d+(?:\.\d+)?$/u.test(value) ? Number(value) : 0;
  if (isReplaySpeed(speed)) return speed;
  throw usageError(`--speed must be a number from 0.1 to 1000, or max, not “${value}”.`);
}

function rulesOf(values: Values): ReplayRules {
  const qos = oneOf('--qos', values.qos, ['keep', '0', '1', '2']) ?? 'keep';
  const rules: ReplayRules = {
    ...DEFAULT_RULES,
    mappings: (values.map ?? []).map(mappingOf),
    exclude: topicFilters('--exclude', values.exclude),
    qos: qos === 'keep' ? qos : qos === '0' ? 0 : qos === '1' ? 1 : 2,
    retain: oneOf('--retain', values.retain, ['keep', 'yes', 'no']) ?? 'keep',
    settings: (values.set ?? []).map(settingOf),
    shiftTimes: values['shift-time'] ?? [],
    skipSystem: values['with-system'] !== true,
    skipOwn: values['with-own'] !== true,
    skipReplayed: values['with-replayed'] !== true,
  };
  const names = { mappings: '--map', settings: '--set', shiftTimes: '--shift-time' };
  for (const [key, problem] of ruleProblems(rules)) {
    const [kind, at] = key.split('.');
    const name = names[kind as keyof typeof names];
    throw usageError(`${name} number ${String(Number(at) + 1)} cannot be used: ${problem}`);
  }
  return rules;
}

function mappingOf(text: string): TopicMapping {
  const mapping = parseMapping(text);
  if (mapping !== null) return mapping;
  throw usageError(`--map must be 'FROM => TO', as in 'plant/+/# => copy/$1/$2', not “${text}”.`);
}

function settingOf(text: string): { path: string; json: string } {
  const equals = text.indexOf('=');
  if (equals > 0) return { path: text.slice(0, equals), json: text.slice(equals + 1) };
  throw usageError(
    `--set must be PATH=JSON, as in site='"lyon"' or motor.on=false, not “${text}”.`,
  );
}

async function dryRun(
  place: SourcePlace,
  settings: Omit<ReplaySettings, 'targetId'>,
  signal: Promise<unknown>,
  asJson: boolean,
  out: Output,
): Promise<number> {
  const reader = new SourceReader(place, engineThreads());
  try {
    const maxPauseUs = settings.maxPauseMs === null ? null : settings.maxPauseMs * 1_000;
    const range = { rules: settings.rules, fromUs: null, toUs: null, maxPauseUs };
    const cancelled = signal.then(() => {
      throw new LoupeError('cancelled', 'The dry run was ended.');
    });
    const result = await Promise.race([reader.survey(range, () => undefined), cancelled]);
    const topics = await reader.topics(asJson ? MOST_TOPICS : LISTED_TOPICS);
    if (asJson) await out.write(`${JSON.stringify({ ...result, topicList: topics })}\n`);
    else await out.write(dryRunWords(result, topics, settings.speed));
    return result.invalid > 0 ? EXIT.refused : EXIT.done;
  } finally {
    await reader.close();
  }
}

function dryRunWords(result: DryRun, topics: readonly DryRunTopic[], speed: ReplaySpeed): string {
  const { messages, bytes, scanned, skipped, invalid, unapplied } = result;
  const duration =
    speed === 'max'
      ? 'as fast as the broker takes it'
      : `in ${durationWords(result.durationUs / 1_000 / speed)}`;
  const reasons = Object.entries(skipped).filter(([, count]) => count > 0);
  const left = reasons.map(([reason, count]) => `${countWords(count)} ${reason}`).join(', ');
  const lines = [
    `Would send ${countWords(messages)} of ${countWords(scanned)} messages (${sizeWords(bytes)}) of ${countWords(result.topics)} topics ${duration}.`,
    ...(left === '' ? [] : [`Left out: ${left}.`]),
    ...(invalid === 0 ? [] : [`Cannot be sent: ${countWords(invalid)} messages:`]),
    ...result.invalidTopics.map(
      ({ topic, sentAs, problem }) => `  ${renamed(topic, sentAs)}: ${problem}`,
    ),
    ...(unapplied === 0
      ? []
      : [`Payload rules do not apply to ${countWords(unapplied)} messages; they go as they are.`]),
    '',
    ...topics.map(
      (one) => `${countWords(one.messages).padStart(12)}  ${renamed(one.topic, one.sentAs)}`,
    ),
    ...(result.topics > topics.length
      ? [`              and ${countWords(result.topics - topics.length)} topics more`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function renamed(topic: string, sentAs: string): string {
  const before = escapeHidden(topic.slice(0, 200));
  return topic === sentAs ? before : `${before} => ${escapeHidden(sentAs.slice(0, 200))}`;
}

function inWords(summary: ReplaySummary): string {
  const { sent, acknowledged, failed, sentAgain, seconds, rate, loops, end } = summary;
  const counts = [
    `sent ${countWords(sent)}`,
    `acknowledged ${countWords(acknowledged)}`,
    `failed ${countWords(failed)}`,
    ...(sentAgain > 0 ? [`sent again ${countWords(sentAgain)}`] : []),
    ...(loops > 1 ? [`rounds ${countWords(loops)}`] : []),
  ];
  const reasons = summary.failures
    .slice(0, 10)
    .map(({ topic, reason }) => `  ${escapeHidden(topic.slice(0, 200))}: ${reason}\n`);
  const ended = end === 'done' ? 'all is sent' : `it was broken off (${end})`;
  return `${counts.join(', ')} in ${seconds.toFixed(3)} s (${countWords(rate)}/s); ${ended}.\n${reasons.join('')}`;
}

function exitCode({ end, failed, wasConnected }: ReplaySummary): number {
  switch (end) {
    case 'source':
      return EXIT.history;
    case 'connection':
      return wasConnected ? EXIT.interrupted : EXIT.connection;
    case 'signal':
      return EXIT.interrupted;
    case 'done':
      return failed > 0 ? EXIT.refused : EXIT.done;
    default:
      throw new LoupeError('internal', 'The replay ended in an unknown way.');
  }
}
