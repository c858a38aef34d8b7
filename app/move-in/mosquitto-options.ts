/**
 * Options of `mosquitto_sub` and `mosquitto_pub` (mosquitto_sub(1)): one on each line of an options file, or a whole
 * command as it is typed.
 */
import { DEFAULT_PORTS, parseBrokerUrl, type MqttVersion, type Protocol } from '../profile';
import type { Subscription } from '../subscription';
import {
  NO_TLS_SETTINGS,
  NOTHING_SAID,
  type ImportedProfile,
  type ImportedProxy,
  type ImportedTls,
} from './imported-profile';
import { subscriptionOf } from './subscription-of';

/** Options with a value, by every name that they have. */
const WITH_VALUE = new Map([
  ['-h', 'host'],
  ['--host', 'host'],
  ['-p', 'port'],
  ['--port', 'port'],
  ['-u', 'username'],
  ['--username', 'username'],
  ['-P', 'password'],
  ['--pw', 'password'],
  ['-i', 'id'],
  ['--id', 'id'],
  ['-I', 'id-prefix'],
  ['--id-prefix', 'id-prefix'],
  ['-k', 'keepalive'],
  ['--keepalive', 'keepalive'],
  ['-V', 'version'],
  ['--protocol-version', 'version'],
  ['-t', 'topic'],
  ['--topic', 'topic'],
  ['-q', 'qos'],
  ['--qos', 'qos'],
  ['-L', 'url'],
  ['--url', 'url'],
  ['-x', 'session-expiry-interval'],
  ['--session-expiry-interval', 'session-expiry-interval'],
  ['--cafile', 'cafile'],
  ['--capath', 'capath'],
  ['--cert', 'cert'],
  ['--key', 'key'],
  ['--ciphers', 'ciphers'],
  ['--tls-version', 'tls-version'],
  ['--tls-alpn', 'tls-alpn'],
  ['--proxy', 'proxy'],
  ['--will-topic', 'will-topic'],
  ['--will-payload', 'will-payload'],
  ['--will-qos', 'will-qos'],
  ['-A', 'bind address'],
  ['--unix', 'unix'],
  ['--psk', 'pre-shared key'],
  ['--psk-identity', 'identity of the pre-shared key'],
  ['--tls-engine', 'TLS engine'],
  ['--keyform', 'form of the key'],
  ['-T', 'topics that are filtered out'],
  ['--filter-out', 'topics that are filtered out'],
]);

const FLAGS = new Map([
  ['-c', 'keeps-session'],
  ['--disable-clean-session', 'keeps-session'],
  ['--insecure', 'insecure'],
  ['--tls-use-os-certs', 'tls'],
  ['--will-retain', 'will-retain'],
  ['--ws', 'ws'],
]);

/** What our profile has no place for; a secret among them is named without its value. */
const OTHERS: ReadonlyArray<readonly [option: string, isSecret: boolean]> = [
  ['bind address', false],
  ['pre-shared key', true],
  ['identity of the pre-shared key', false],
  ['TLS engine', false],
  ['form of the key', false],
  ['topics that are filtered out', false],
];

type Options = ReadonlyMap<string, readonly string[]>;

export function isMosquittoOptions(text: string): boolean {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const first = lines[0] ?? '';
  return (
    /^\s*(?:\$\s+)?(?:\S*\/)?mosquitto_(?:sub|pub|rr)\b/u.test(first) || /^--?[A-Za-z]/u.test(first)
  );
}

export function readMosquittoOptions(text: string): readonly ImportedProfile[] {
  const options = optionsOf(wordsOf(text));
  if (options.size === 0) return [];
  const url = parseBrokerUrl(
    (last(options, 'url') ?? '').replace(/^(mqtts?:\/\/[^/]+)\/.*$/iu, '$1'),
  );
  const host = url?.fields.host ?? last(options, 'host') ?? 'localhost';
  const tls = tlsOf(options, url?.fields.protocol === 'mqtts');
  const socketPath = last(options, 'unix') ?? '';
  const protocol = socketPath === '' ? protocolOf(tls !== null, options.has('ws')) : 'unix';
  return [
    {
      ...NOTHING_SAID,
      name: socketPath === '' ? host : socketPath,
      ...{ protocol, host, socketPath },
      port: url?.fields.port ?? numberOf(options, 'port') ?? portOf(protocol, tls),
      clientId: last(options, 'id') ?? '',
      username: url?.fields.username ?? last(options, 'username') ?? '',
      password: url?.password ?? last(options, 'password') ?? null,
      version: versionOf(last(options, 'version')),
      cleanStart: !options.has('keeps-session'),
      keepAlive: numberOf(options, 'keepalive'),
      subscriptions: subscriptionsOf(options),
      connect: connectOf(options),
      will: willOf(options),
      tls,
      proxy: proxyOf(last(options, 'proxy')),
      others: othersOf(options),
    },
  ];
}

/** A file has an option and its value on each line; in a command quotes hold words together. */
function wordsOf(text: string): readonly string[] {
  if (/^\s*(?:\$\s+)?(?:\S*\/)?mosquitto_/u.test(text)) {
    const command = text.replaceAll(/\\\r?\n/gu, ' ').split(/\r?\n/u, 1)[0] ?? '';
    const words = command.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gu) ?? [];
    return words.map(withoutQuotes).slice(words[0] === '$' ? 2 : 1);
  }
  return text.split(/\r?\n/u).flatMap((line) => {
    if (line.startsWith('#') || line.trim() === '') return [];
    const [, option = '', value] = /^\s*(\S+)(?:\s+(.*))?$/u.exec(line) ?? [];
    return value === undefined || value === '' ? [option] : [option, value];
  });
}

function withoutQuotes(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gu,
    (_whole, single, double, plain) => {
      if (typeof single === 'string') return single;
      return typeof double === 'string' ? double.replaceAll(/\\(["\\$`])/gu, '$1') : String(plain);
    },
  );
}

function optionsOf(words: readonly string[]): Options {
  const options = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    options.set(name, [...(options.get(name) ?? []), value]);
  };
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const flag = FLAGS.get(word);
    const named = WITH_VALUE.get(word);
    if (flag !== undefined) add(flag, '');
    if (named === undefined) continue;
    index += 1;
    add(named, words[index] ?? '');
  }
  return options;
}

function last(options: Options, name: string): string | undefined {
  return options.get(name)?.at(-1);
}

function numberOf(options: Options, name: string): number | null {
  const text = last(options, name);
  return text !== undefined && /^\d{1,10}$/u.test(text.trim()) ? Number(text) : null;
}

/** TLS is switched on by what verifies the server, and by port 8883. */
function tlsOf(options: Options, isTlsUrl: boolean): ImportedTls | null {
  const path = (name: string): ImportedTls['certificate'] => {
    const value = last(options, name);
    return value === undefined ? null : { kind: 'file', path: value };
  };
  const names = ['cafile', 'capath', 'tls', 'insecure', 'cert', 'tls-version'];
  const isOn = isTlsUrl || names.some((name) => options.has(name));
  if (!isOn && numberOf(options, 'port') !== DEFAULT_PORTS.mqtts) return null;
  return {
    ...NO_TLS_SETTINGS,
    validates: !options.has('insecure'),
    authorities: [path('cafile'), path('capath')].filter((file) => file !== null),
    certificate: path('cert'),
    key: path('key'),
    alpn: options.get('tls-alpn') ?? [],
    ciphers: last(options, 'ciphers') ?? '',
    version: (last(options, 'tls-version') ?? '').replace(/^tlsv/iu, ''),
  };
}

function protocolOf(isTls: boolean, isWebSocket: boolean): Protocol {
  if (isWebSocket) return isTls ? 'wss' : 'ws';
  return isTls ? 'mqtts' : 'mqtt';
}

/** mosquitto_sub takes 8883 by itself only for a file or folder of authorities, as for us. */
function portOf(protocol: Protocol, tls: ImportedTls | null): number {
  return tls === null && protocol === 'mqtt' ? DEFAULT_PORTS.mqtt : DEFAULT_PORTS[protocol];
}

function versionOf(text: string | undefined): MqttVersion | null {
  if (text === undefined) return null;
  const digits = text.replaceAll(/\D/gu, '');
  if (digits === '5' || digits === '50') return '5';
  return digits === '31' ? '3.1' : digits === '311' ? '3.1.1' : null;
}

function subscriptionsOf(options: Options): readonly Subscription[] | null {
  const filters = [...(options.get('topic') ?? [])];
  const url = last(options, 'url');
  const topic = url === undefined ? undefined : /^mqtts?:\/\/[^/]+\/(.+)$/iu.exec(url)?.[1];
  if (topic !== undefined) filters.push(topic);
  const qos = numberOf(options, 'qos');
  return filters.length === 0 ? null : filters.map((filter) => subscriptionOf(filter, qos));
}

function connectOf(options: Options): ImportedProfile['connect'] {
  const seconds = numberOf(options, 'session-expiry-interval');
  if (seconds === null) return null;
  return {
    sessionExpirySeconds: seconds,
    receiveMaximum: null,
    topicAliasMaximum: null,
    requestProblemInformation: null,
    requestResponseInformation: null,
    userProperties: [],
  };
}

function willOf(options: Options): ImportedProfile['will'] {
  const topic = last(options, 'will-topic');
  if (topic === undefined) return null;
  return {
    topic,
    payload: last(options, 'will-payload') ?? '',
    qos: numberOf(options, 'will-qos') ?? 0,
    retain: options.has('will-retain'),
    delaySeconds: null,
    messageExpirySeconds: null,
    payloadIsText: false,
    contentType: '',
    responseTopic: '',
    correlationData: '',
    userProperties: [],
  };
}

function proxyOf(url: string | undefined): ImportedProxy | null {
  const pattern = /^socks5h?:\/\/(?:([^:@]*)(?::(.*))?@)?([^:/@]+)(?::(\d{1,5}))?\/?$/iu;
  const [, username = '', password, host, port] = pattern.exec(url ?? '') ?? [];
  if (host === undefined) return null;
  return {
    ...{ kind: 'socks5', host, username, password: password ?? null },
    port: Number(port ?? 1080),
  };
}

function othersOf(options: Options): readonly string[] {
  const named = OTHERS.flatMap(([name, isSecret]) => {
    const values = options.get(name);
    if (values === undefined) return [];
    return [isSecret ? name : `${name} ${values.join(', ')}`];
  });
  const prefix = last(options, 'id-prefix');
  return prefix === undefined ? named : [...named, `client id that begins with ${prefix}`];
}
