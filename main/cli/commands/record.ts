import type { ConnectionFailure } from '../../../app/connection';
import { MQTT_VERSIONS } from '../../../app/profile';
import type { QoS } from '../../../app/message';
import { chooseBroker, type Broker } from '../broker';
import type { Command } from '../command';
import { EXIT, exitCodesHelp } from '../exit-codes';
import { databaseHelp } from '../help';
import { networkHelp, networkOptions } from '../network-options';
import { oneOf, packetMegabytes, parseOptions, positiveInteger, topicFilters } from '../options';
import { historyFile } from '../places';
import { Progress } from '../progress';
import { countWords, durationOption, sizeOption } from '../quantities';
import { Recorder, type RecordingEnd, type RecordingSummary } from '../recorder';
import { nextSignal } from '../signals';

const options = {
  url: { type: 'string', short: 'u' },
  profile: { type: 'string', short: 'p' },
  topic: { type: 'string', short: 't', multiple: true },
  qos: { type: 'string', short: 'q' },
  'mqtt-version': { type: 'string', short: 'V' },
  'max-packet': { type: 'string' },
  ...networkOptions,
  db: { type: 'string' },
  count: { type: 'string', short: 'C' },
  for: { type: 'string' },
  'max-size': { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const record: Command = {
  name: 'record',
  summary: 'store what a broker sends, every message whole',
  help: `mqtt-loupe record - store what a broker sends, every message whole

USAGE
  mqtt-loupe record --url URL | --profile NAME [OPTIONS]

Connects, subscribes and stores every message in a history that the other commands
and the window read. It goes on until a limit is reached or a signal comes (Ctrl+C,
SIGTERM, SIGHUP); what has arrived is then stored and the file closed. A connection
that was lost is brought back; the time without it is noted as a gap. A first try
that fails ends the program. One program at a time may write to a history.

BROKER
  -u, --url URL        mqtt://[USER[:PASSWORD]@]HOST[:PORT], or mqtts, ws, wss, or
                       unix:///path/of/a/socket. The command line can be seen by other users of the computer: keep
                       the password out of it
  -p, --profile NAME   a saved connection of the window, with its subscriptions
  -t, --topic FILTER   subscribe to this; may be given several times. Default: # (which
                       leaves out $SYS), or the subscriptions of the profile
  -q, --qos 0|1|2      the most the broker may use; default 0, or the profile's
  -V, --mqtt-version 3.1|3.1.1|5
                       default: 5, or the profile's
  --max-packet MB      1 to 256: refuse and count a larger message unread; default: 64,
                       or the profile's. A broker of MQTT 5 is told, and does not even
                       send it

REACHING IT
${networkHelp}
  The password is taken from the URL, else from MQTT_LOUPE_PASSWORD, else (where there
  is a username and a terminal) it is asked for. The window keeps passwords in the
  system's keyring, which the command line does not read: give one for --profile too.

HISTORY
${databaseHelp}  --max-size SIZE      500MB, 2GB, 1GiB: what the messages may take; beyond it the
                       oldest are removed and counted. Default: nothing is removed

LIMITS
  -C, --count COUNT    stop after so many messages, exactly
  --for TIME           90s, 10m, 1h30m: stop so long after the connection stands

OUTPUT
  --json               the last line of the output is one JSON object: received, stored,
                       refused, pruned, gaps, seconds (from the first message to the
                       last commit), rate (stored per second), end (count, time, signal
                       or connection), file, error

${exitCodesHelp}
EXAMPLES
  mqtt-loupe record --url mqtt://broker.example.com -t 'plant/#' --db plant.db
  mqtt-loupe record --url mqtts://reader@broker.example.com --for 10m --json
  mqtt-loupe record --url mqtts://192.168.1.10 --ca plant-ca.pem --db plant.db
  mqtt-loupe record --profile "Plant Lyon" --max-size 20GB
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const limits = {
      count: positiveInteger('--count', values.count),
      forMs: durationOption('--for', values.for),
      maxBytes: sizeOption('--max-size', values['max-size']),
    };
    const broker = await chooseBroker({
      url: values.url,
      profile: values.profile,
      filters: topicFilters('--topic', values.topic),
      qos: qosOf(values.qos),
      version: oneOf('--mqtt-version', values['mqtt-version'], MQTT_VERSIONS),
      maxPacketMegabytes: packetMegabytes(values['max-packet']),
      ca: values.ca,
      network: values,
    });
    const file = historyFile(values.db);
    const summary = await recordUntilEnd(broker, file, limits);
    if (summary.failure !== null) tellFailure(summary.failure, broker);
    await out.write(values.json === true ? asJson(file, summary) : inWords(file, summary));
    if (summary.end === 'connection') return EXIT.connection;
    return summary.refused > 0 ? EXIT.refused : EXIT.done;
  },
};

type Limits = Pick<ConstructorParameters<typeof Recorder>[0], 'count' | 'forMs' | 'maxBytes'>;

async function recordUntilEnd(
  broker: Broker,
  file: string,
  limits: Limits,
): Promise<RecordingSummary> {
  const signal = nextSignal();
  const progress = new Progress(broker.profile);
  const recorder = new Recorder({
    ...broker,
    ...limits,
    file,
    onState: (state) => {
      progress.state(state);
    },
  });
  void signal.then(() => {
    recorder.stop('signal');
  });
  progress.follow(recorder);
  try {
    return await recorder.run();
  } finally {
    progress.stop();
  }
}

function qosOf(value: string | undefined): QoS | undefined {
  const word = oneOf('--qos', value, ['0', '1', '2']);
  return word === undefined ? undefined : (Number(word) as QoS);
}

function tellFailure(failure: ConnectionFailure, { profile, password, authorities }: Broker): void {
  const asksForPassword =
    password === undefined && ['bad-credentials', 'not-authorised'].includes(failure.code);
  const hint = asksForPassword
    ? `\nNo password was given${profile.id.startsWith('url-') ? '' : ' (the one that the window keeps in the keyring is not read here)'}: set MQTT_LOUPE_PASSWORD.`
    : failure.code === 'tls-untrusted' && authorities.length === 0
      ? '\nOr name a file with it: --ca FILE.'
      : '';
  const { certificate } = failure;
  const shown =
    certificate === undefined
      ? ''
      : `\nThe certificate: ${certificate.subject}, issued by ${certificate.issuer}.\nIf it is the broker’s: --fingerprint ${certificate.fingerprint}`;
  process.stderr.write(
    `mqtt-loupe record: ${failure.title} ${failure.advice} (${failure.technical})${hint}${shown}\n`,
  );
}

function asJson(file: string, { failure, ...summary }: RecordingSummary): string {
  const error =
    failure === null ? null : { code: failure.code, message: `${failure.title} ${failure.advice}` };
  return `${JSON.stringify({ ...summary, file, error })}\n`;
}

const endWords: Readonly<Record<RecordingEnd, string>> = {
  count: 'all were taken that were asked for',
  time: 'the time was over',
  signal: 'a signal ended it',
  connection: 'the connection failed',
};

function inWords(file: string, summary: RecordingSummary): string {
  const { received, stored, refused, pruned, gaps, seconds, rate, end } = summary;
  const counts = [
    `received ${countWords(received)}`,
    `stored ${countWords(stored)}`,
    `refused ${countWords(refused)}`,
    ...(pruned > 0 ? [`removed ${countWords(pruned)}`] : []),
    `gaps ${countWords(gaps)}`,
  ];
  return `${file}: ${counts.join(', ')} in ${seconds.toFixed(3)} s (${countWords(rate)}/s); ${endWords[end]}.\n`;
}
