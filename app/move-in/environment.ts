/** Variables that mqttui reads: `MQTTUI_BROKER` is a host in older versions and a URL since 0.19. */
import { parseBrokerUrl, type Protocol } from '../profile';
import {
  NO_TLS_SETTINGS,
  NOTHING_SAID,
  type ImportedFile,
  type ImportedProfile,
} from './imported-profile';
import { subscriptionOf } from './subscription-of';

export type Environment = ReadonlyMap<string, string>;

const LINE = /^\s*(?:export\s+|set\s+|\$env:)?(MQTTUI_[A-Z_]+)\s*=\s*(.*?)\s*$/u;

export function isEnvironment(text: string): boolean {
  return text.split(/\r?\n/u).some((line) => LINE.test(line));
}

/** The variables of a text as shells and `.env` files have them. */
export function environmentOf(text: string): Environment {
  const variables = new Map<string, string>();
  for (const line of text.split(/\r?\n/u)) {
    const [, name, value = ''] = LINE.exec(line) ?? [];
    if (name !== undefined) variables.set(name, value.replace(/^(["'])(.*)\1$/u, '$2'));
  }
  return variables;
}

export function readEnvironment(variables: Environment): readonly ImportedProfile[] {
  const broker = variables.get('MQTTUI_BROKER');
  if (broker === undefined || broker === '') return [];
  const parsed = parseBrokerUrl(broker);
  const protocol: Protocol = parsed?.fields.protocol ?? 'mqtt';
  const isTls = protocol === 'mqtts' || protocol === 'wss';
  const topic = variables.get('MQTTUI_TOPIC');
  const host = parsed?.fields.host ?? broker;
  return [
    {
      ...NOTHING_SAID,
      ...{ name: host, protocol, host },
      port: parsed?.fields.port ?? Number(variables.get('MQTTUI_PORT') ?? 1883),
      path: parsed?.fields.path ?? null,
      clientId: variables.get('MQTTUI_CLIENTID') ?? '',
      username: variables.get('MQTTUI_USERNAME') ?? parsed?.fields.username ?? '',
      password: variables.get('MQTTUI_PASSWORD') ?? parsed?.password ?? null,
      subscriptions: topic === undefined ? null : [subscriptionOf(topic, 0)],
      tls: isTls ? { ...NO_TLS_SETTINGS, ...clientFiles(variables) } : null,
      others: [...variables.keys()].filter((name) => !KNOWN.has(name)),
    },
  ];
}

/** What comes over, or plays no part where a URL names the broker. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['MQTTUI_BROKER', 'MQTTUI_PORT', 'MQTTUI_TOPIC', 'MQTTUI_CLIENTID', 'MQTTUI_USERNAME'],
  ...['MQTTUI_PASSWORD', 'MQTTUI_CLIENT_CERTIFICATE', 'MQTTUI_CLIENT_PRIVATE_KEY'],
]);

function clientFiles(variables: Environment): {
  readonly certificate: ImportedFile | null;
  readonly key: ImportedFile | null;
} {
  const file = (name: string): ImportedFile | null => {
    const path = variables.get(name) ?? '';
    return path === '' ? null : { kind: 'file', path };
  };
  return {
    certificate: file('MQTTUI_CLIENT_CERTIFICATE'),
    key: file('MQTTUI_CLIENT_PRIVATE_KEY'),
  };
}
