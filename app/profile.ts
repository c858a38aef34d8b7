import * as v from 'valibot';
import { authenticationSchema, DEFAULT_AUTHENTICATION } from './authentication';
import { connectSettingsSchema, DEFAULT_CONNECT_SETTINGS } from './connect-settings';
import { DEFAULT_ORGANISATION, organisationSchema } from './organisation';
import { DEFAULT_PACKET_MEGABYTES, maximumPacketSchema } from './packet-limit';
import { PROFILE_COLOURS } from './profile-colours';
import { singleLine, wholeNumber } from './profile-fields';
import {
  DEFAULT_PROXY,
  DEFAULT_WEB_SOCKET,
  proxySettingsSchema,
  webSocketSettingsSchema,
} from './profile-network';
import { DEFAULT_TLS, tlsSettingsSchema } from './profile-tls';
import { subscriptionSchema } from './subscription';
import { willSchema } from './will';

/** MQTT versions; 3.1 (protocol name `MQIsdp`) is for old devices' brokers. */
export const MQTT_VERSIONS = ['3.1', '3.1.1', '5'] as const;
export type MqttVersion = (typeof MQTT_VERSIONS)[number];

/** `automatic`: 5 first, and what the broker speaks when it refuses that. */
export const VERSION_CHOICES = ['automatic', ...MQTT_VERSIONS] as const;
export type VersionChoice = (typeof VERSION_CHOICES)[number];

/** The built-in broker's own profile; its port is another at every start. */
export const BUILT_IN_ID = 'built-in';

/** `unix`: a socket in the file system, or a named pipe of Windows. */
export const PROTOCOLS = ['mqtt', 'mqtts', 'ws', 'wss', 'unix'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const DEFAULT_PORTS: Readonly<Record<Protocol, number>> = {
  mqtt: 1883,
  mqtts: 8883,
  ws: 80,
  wss: 443,
  // A socket in the file system has none: this one stands in the form until another protocol is chosen.
  unix: 1883,
};

/** A limit that older settings do not have is the one that held then. */
export const DEFAULT_HISTORY_GIGABYTES = 1;
const MOST_HISTORY_GIGABYTES = 100_000;
const LEAST_HISTORY_GIGABYTES = 0.01;
const MOST_HISTORY_DAYS = 36_500;

export const MAX_NAME_LENGTH = 120;

/** What a person fills in; the schema's messages are shown at the fields as they are. */
export const profileFieldsSchema = v.object({
  name: v.pipe(
    singleLine('The name', MAX_NAME_LENGTH),
    v.trim(),
    v.nonEmpty('Give the connection a name.'),
  ),
  colour: v.picklist(PROFILE_COLOURS),
  protocol: v.picklist(PROTOCOLS),
  host: v.pipe(
    singleLine('The host', 253),
    v.trim(),
    v.nonEmpty(
      'Enter a host name or an IP address, for example broker.example.com or 192.168.1.10.',
    ),
    v.regex(
      /^[^\s/\\?#@]+$/u,
      'Only the host name or IP address belongs here. Paste a whole URL into this field and it fills the form.',
    ),
  ),
  port: wholeNumber('The port', 1, 65_535),
  /** Path of the WebSocket endpoint; ignored for `mqtt` and `mqtts`. */
  path: v.pipe(
    singleLine('The path', 2048),
    v.regex(/^(\/|$)/u, 'The path must begin with a slash, as in /mqtt.'),
  ),
  /** Where the socket of `unix` stands: `/run/mosquitto.sock`, `\\\\.\\pipe\\broker`; ignored for the others. */
  socketPath: v.optional(singleLine('The path of the socket', 1024), ''),
  tls: v.optional(tlsSettingsSchema, DEFAULT_TLS),
  webSocket: v.optional(webSocketSettingsSchema, DEFAULT_WEB_SOCKET),
  proxy: v.optional(proxySettingsSchema, DEFAULT_PROXY),
  /** Empty: a generated one, new for each run. */
  clientId: singleLine('The client id', 1024),
  username: singleLine('The username', 1024),
  version: v.picklist(VERSION_CHOICES),
  cleanStart: v.boolean(),
  connect: v.optional(connectSettingsSchema, DEFAULT_CONNECT_SETTINGS),
  authentication: v.optional(authenticationSchema, DEFAULT_AUTHENTICATION),
  /** Null: none. */
  will: v.optional(v.nullable(willSchema), null),
  /** Seconds; 0 switches it off (MQTT 5.0 §3.1.2.10). */
  keepAlive: wholeNumber('Keep alive', 0, 65_535),
  /** What a server may send in one packet, in MB; a PUBLISH over it is refused and counted, anything else ends the connection. */
  maximumPacketMegabytes: maximumPacketSchema,
  /** What the history may take, in GB (10^9 bytes); the oldest messages go first. */
  historyGigabytes: v.optional(
    v.pipe(
      v.number('The size must be a number of gigabytes, for example 1 or 0.5.'),
      v.minValue(LEAST_HISTORY_GIGABYTES, 'The history needs at least 0.01 GB.'),
      v.maxValue(MOST_HISTORY_GIGABYTES, 'The size can be at most 100,000 GB.'),
    ),
    DEFAULT_HISTORY_GIGABYTES,
  ),
  /** Older messages go; null keeps them whatever their age. */
  historyDays: v.optional(
    v.nullable(
      v.pipe(
        v.number('The age must be a number of days, for example 30; leave it empty for no limit.'),
        v.minValue(0.01, 'The age must be more than 0 days; leave it empty for no limit.'),
        v.maxValue(MOST_HISTORY_DAYS, 'The age can be at most 36,500 days.'),
      ),
    ),
    null,
  ),
  subscriptions: v.pipe(
    v.array(subscriptionSchema),
    v.maxLength(1000, 'At most 1,000 subscriptions can be kept in one profile.'),
  ),
  /** A broker that others depend on: a replay to it has to be confirmed. Profiles of before this was asked have none. */
  production: v.optional(v.boolean(), false),
  organisation: v.optional(organisationSchema, DEFAULT_ORGANISATION),
});

export const profileSchema = v.object({
  ...profileFieldsSchema.entries,
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/u)),
});

export type ProfileFields = v.InferOutput<typeof profileFieldsSchema>;
/** Saved connection settings. No secret is ever part of it. */
export type Profile = v.InferOutput<typeof profileSchema>;

export function defaultProfileFields(): ProfileFields {
  return {
    name: '',
    colour: 'blue',
    protocol: 'mqtt',
    host: '',
    port: DEFAULT_PORTS.mqtt,
    path: '/mqtt',
    socketPath: '',
    tls: DEFAULT_TLS,
    webSocket: DEFAULT_WEB_SOCKET,
    proxy: DEFAULT_PROXY,
    clientId: '',
    username: '',
    version: 'automatic',
    cleanStart: true,
    connect: DEFAULT_CONNECT_SETTINGS,
    authentication: DEFAULT_AUTHENTICATION,
    will: null,
    keepAlive: 60,
    maximumPacketMegabytes: DEFAULT_PACKET_MEGABYTES,
    historyGigabytes: DEFAULT_HISTORY_GIGABYTES,
    historyDays: null,
    subscriptions: [
      { filter: '#', qos: 0 },
      { filter: '$SYS/#', qos: 0 },
    ],
    production: false,
    organisation: DEFAULT_ORGANISATION,
  };
}

/** Field path (`host`, `subscriptions.1.filter`) → what is wrong with it, in words. Empty when all is well. */
export function profileProblems(fields: unknown): Map<string, string> {
  const problems = new Map<string, string>();
  const result = v.safeParse(profileFieldsSchema, fields);
  for (const issue of result.issues ?? []) {
    const path = v.getDotPath(issue) ?? '';
    if (!problems.has(path)) problems.set(path, issue.message);
  }
  if (lacksSocketPath(fields)) {
    problems.set('socketPath', 'Enter the path of the socket, for example /run/mosquitto.sock.');
  }
  return problems;
}

function lacksSocketPath(fields: unknown): boolean {
  const { protocol, socketPath } = fields as Partial<ProfileFields>;
  return protocol === 'unix' && (socketPath ?? '').trim() === '';
}

/** What a pasted URL says; only the fields that it names are there. */
export interface ParsedBrokerUrl {
  readonly fields: Partial<ProfileFields> & Pick<ProfileFields, 'protocol' | 'host' | 'port'>;
  readonly password: string | null;
}

const SCHEMES = new Map<string, Protocol>([
  ['mqtt:', 'mqtt'],
  ['tcp:', 'mqtt'],
  ['mqtts:', 'mqtts'],
  ['ssl:', 'mqtts'],
  ['tls:', 'mqtts'],
  ['ws:', 'ws'],
  ['wss:', 'wss'],
]);

/** `unix:///run/mosquitto.sock`, or a named pipe's path as it is. */
const SOCKET_PATTERN = /^(?:unix:(?:\/\/)?(?<path>\/[^?#]+)|(?<pipe>\\\\[.?]\\pipe\\[^\s]+))$/iu;

/** No host has what the WHATWG URL Standard forbids in one (§3.2). */
const URL_PATTERN =
  /^([a-z][a-z0-9+.-]*:)\/\/(?:([^/?#]*)@)?(\[[^\]\s]+\]|[^:/?#@\\\s<>^|"`]+)(?::(\d{1,5}))?(\/[^?#\s]*)?(?:[?#]\S*)?$/iu;

/**
 * Reads `mqtt://user:password@host:port/path` and its relatives (`mqtts`, `ws`, `wss`, `tcp`, `ssl`, `tls`), and
 * `unix:///path/of/a/socket`.
 * Returns null for anything that is not such a URL. The host of an IPv6 literal comes without brackets; an @ in a
 * password needs no escape, because the last one counts. The fields still have to pass `profileProblems`.
 */
export function parseBrokerUrl(text: string): ParsedBrokerUrl | null {
  const socket = SOCKET_PATTERN.exec(text.trim())?.groups;
  if (socket) return socketFields(socket['pipe'] ?? decode(socket['path'] ?? ''));
  const match = URL_PATTERN.exec(text.trim());
  const protocol = SCHEMES.get((match?.[1] ?? '').toLowerCase());
  if (!match || protocol === undefined) return null;
  const [, , userInfo = '', rawHost = '', rawPort, rawPath] = match;
  // An address of one link names the link too, whose % some programs escape (RFC 6874).
  const host = rawHost.replace(/^\[|\]$/gu, '').replace(/^(fe80:[^%]*)%25/iu, '$1%');
  const path = rawPath === undefined ? undefined : rawPath + (/\?[^#\s]*/u.exec(text)?.[0] ?? '');
  const port = rawPort === undefined ? DEFAULT_PORTS[protocol] : Number(rawPort);
  if (port < 1 || port > 65_535) return null;
  const colon = userInfo.indexOf(':');
  const username = decode(colon < 0 ? userInfo : userInfo.slice(0, colon));
  return {
    fields: {
      protocol,
      host,
      port,
      ...(username === '' ? {} : { username }),
      ...(protocol.startsWith('ws') && path !== undefined ? { path } : {}),
    },
    password: colon < 0 ? null : decode(userInfo.slice(colon + 1)),
  };
}

function socketFields(socketPath: string): ParsedBrokerUrl {
  const fields = {
    protocol: 'unix',
    host: 'localhost',
    port: DEFAULT_PORTS.unix,
    socketPath,
  } as const;
  return { fields, password: null };
}

/** A URL, or what was meant as one, that can be shown and logged: everything before the last @ may be a password. */
export function withoutCredentials(text: string): string {
  return text.replace(/^([a-z0-9+.-]*:?\/\/)?.*@/isu, '$1');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is no escape: the text is meant as it stands.
    return text;
  }
}

/** The URL of a profile as people write it, without credentials. */
export function brokerUrl(
  profile: Pick<ProfileFields, 'protocol' | 'host' | 'port' | 'path'> &
    Partial<Pick<ProfileFields, 'socketPath'>>,
): string {
  if (profile.protocol === 'unix') return `unix://${profile.socketPath ?? ''}`;
  const host = profile.host.includes(':') ? `[${profile.host}]` : profile.host;
  const path = profile.protocol.startsWith('ws') ? profile.path : '';
  return `${profile.protocol}://${host}:${String(profile.port)}${path}`;
}
