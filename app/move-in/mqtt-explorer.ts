/**
 * `settings.json` of MQTT Explorer: connections by id under `ConnectionManager_connections`. Subscriptions were texts
 * until version 0.4, certificates are Base64.
 */
import type { Protocol } from '../profile';
import type { Subscription } from '../subscription';
import { Entry } from './entry';
import {
  NOTHING_SAID,
  type ImportedFile,
  type ImportedProfile,
  type ImportedTls,
} from './imported-profile';
import { subscriptionOf } from './subscription-of';

const CONNECTIONS = 'ConnectionManager_connections';

/** Connections that it makes for everybody: the id is the host. */
const EXAMPLES = new Set([
  'mqtt.eclipseprojects.io',
  'mqtt.eclipse.org',
  'iot.eclipse.org',
  'test.mosquitto.org',
]);

export function isMqttExplorer(json: unknown): boolean {
  return new Entry(json).has(CONNECTIONS);
}

export function readMqttExplorer(json: unknown): readonly ImportedProfile[] {
  return new Entry(json)
    .list(CONNECTIONS)
    .map((value) => new Entry(value))
    .toSorted((a, b) => (a.number('order') ?? 0) - (b.number('order') ?? 0))
    .map(connectionOf);
}

function connectionOf(entry: Entry): ImportedProfile {
  const isEncrypted = entry.flag('encryption') ?? entry.flag('tls') ?? false;
  const host = entry.text('host');
  const clientId = entry.text('clientId');
  const basePath = entry.text('basePath');
  return {
    ...NOTHING_SAID,
    name: entry.text('name') || host,
    protocol: protocolOf(entry.text('protocol'), isEncrypted),
    host,
    port: entry.number('port') ?? 1883,
    path: `/${basePath.replace(/^\/+/u, '')}`,
    clientId,
    clientIdIsGenerated: /^mqtt-explorer-[0-9a-f]{8}$/u.test(clientId),
    username: entry.text('username'),
    password: entry.text('password') === '' ? null : entry.text('password'),
    subscriptions: entry.has('subscriptions') ? subscriptionsOf(entry) : null,
    tls: isEncrypted ? tlsOf(entry) : null,
    isExample: EXAMPLES.has(host) && entry.text('id') === host,
  };
}

function protocolOf(protocol: string, isEncrypted: boolean): Protocol {
  if (protocol.startsWith('ws')) return isEncrypted ? 'wss' : 'ws';
  return isEncrypted ? 'mqtts' : 'mqtt';
}

function subscriptionsOf(entry: Entry): readonly Subscription[] {
  return entry.list('subscriptions').map((value) => {
    if (typeof value === 'string') return subscriptionOf(value, 0);
    const subscription = new Entry(value);
    return subscriptionOf(subscription.text('topic'), subscription.number('qos'));
  });
}

function tlsOf(entry: Entry): ImportedTls {
  const authority = fileOf(entry.entry('selfSignedCertificate'));
  return {
    validates: entry.flag('certValidation') ?? true,
    authorities: authority === null ? [] : [authority],
    certificate: fileOf(entry.entry('clientCertificate')),
    key: fileOf(entry.entry('clientKey')),
    alpn: [],
    ciphers: '',
    version: '',
  };
}

function fileOf(entry: Entry): ImportedFile | null {
  const base64 = entry.text('data');
  return base64 === '' ? null : { kind: 'data', name: entry.text('name'), base64 };
}
