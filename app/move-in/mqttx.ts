/**
 * MQTTX: its JSON export, and the rows of `MQTTX.db`. Both call a setting the same, but in the database (and in exports
 * of before 1.6) what is nested in an export stands beside the rest.
 */
import type { MqttVersion, Protocol } from '../profile';
import type { Subscription } from '../subscription';
import { Entry } from './entry';
import {
  NOTHING_SAID,
  type ImportedConnect,
  type ImportedFile,
  type ImportedProfile,
  type ImportedTls,
  type ImportedWill,
} from './imported-profile';
import { subscriptionOf } from './subscription-of';

export function isMqttx(json: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json];
  const first = new Entry(list[0]);
  return first.has('clientId') && first.has('host') && first.has('port');
}

/** @param json an export: a list of connections, or one */
export function readMqttx(json: unknown): readonly ImportedProfile[] {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json];
  return list.map((value) => readMqttxConnection(new Entry(value)));
}

/** One connection of an export, or of the database with its subscriptions and will put in their places. */
export function readMqttxConnection(entry: Entry): ImportedProfile {
  const protocol = protocolOf(entry);
  const host = entry.text('host').replace(/^[a-z]+:\/\//iu, '');
  const clientId = entry.text('clientId');
  return {
    ...NOTHING_SAID,
    name: entry.text('name') || host,
    folder: entry.text('folder'),
    protocol,
    host,
    port: entry.number('port') ?? 1883,
    path: entry.text('path') === '' ? null : entry.text('path'),
    clientId,
    clientIdIsGenerated: /^mqttx_[0-9a-f]{8}$/u.test(clientId),
    clientIdSuffix: entry.flag('clientIdWithTime') ?? false,
    username: entry.text('username'),
    password: entry.text('password') === '' ? null : entry.text('password'),
    version: versionOf(entry.text('mqttVersion')),
    cleanStart: entry.flag('clean') ?? true,
    keepAlive: entry.number('keepalive'),
    subscriptions: subscriptionsOf(entry),
    connect: connectOf(entry),
    will: willOf(entry.entry('will')),
    tls: protocol === 'mqtts' || protocol === 'wss' ? tlsOf(entry) : null,
    others: othersOf(entry),
  };
}

function protocolOf(entry: Entry): Protocol {
  const isEncrypted = entry.flag('ssl') ?? false;
  const protocol = entry.text('protocol');
  if (protocol === 'mqtts' || protocol === 'wss') return protocol;
  if (protocol === 'ws') return isEncrypted ? 'wss' : 'ws';
  return isEncrypted ? 'mqtts' : 'mqtt';
}

function versionOf(version: string): MqttVersion | null {
  if (version === '5.0' || version === '5') return '5';
  return version === '3.1.1' || version === '3.1' ? version : null;
}

function subscriptionsOf(entry: Entry): readonly Subscription[] | null {
  const list = entry.list('subscriptions');
  return list.length === 0 ? null : list.map((value) => optionsOf(new Entry(value)));
}

function optionsOf(entry: Entry): Subscription {
  const retainHandling = entry.number('rh');
  const identifier = entry.number('subscriptionIdentifier');
  return subscriptionOf(entry.text('topic'), entry.number('qos'), {
    ...(entry.flag('nl') === true ? { noLocal: true } : {}),
    ...(retainHandling === 1 || retainHandling === 2 ? { retainHandling } : {}),
    ...(identifier === null ? {} : { identifier }),
    ...(entry.flag('disabled') === true ? { paused: true } : {}),
    ...(entry.text('alias') === '' ? {} : { note: entry.text('alias') }),
  });
}

/** Where the properties of MQTT 5 stand: in an object of their own, or beside the rest. */
function propertiesOf(entry: Entry): Entry {
  const nested = entry.value('properties');
  return typeof nested === 'object' && nested !== null ? new Entry(nested) : entry;
}

function connectOf(entry: Entry): ImportedConnect {
  const properties = propertiesOf(entry);
  return {
    sessionExpirySeconds: properties.number('sessionExpiryInterval'),
    receiveMaximum: properties.number('receiveMaximum'),
    topicAliasMaximum: properties.number('topicAliasMaximum'),
    requestProblemInformation: properties.flag('requestProblemInformation'),
    requestResponseInformation: properties.flag('requestResponseInformation'),
    userProperties: userPropertiesOf(properties),
  };
}

/** An object, which the database keeps as JSON. */
function userPropertiesOf(entry: Entry): ReadonlyArray<readonly [string, string]> {
  const value = entry.value('userProperties');
  if (typeof value !== 'string') return new Entry(value).pairs();
  try {
    return new Entry(JSON.parse(value)).pairs();
  } catch {
    // What is no JSON says nothing.
    return [];
  }
}

function willOf(entry: Entry): ImportedWill | null {
  const topic = entry.text('lastWillTopic');
  if (topic === '') return null;
  const properties = propertiesOf(entry);
  return {
    topic,
    payload: entry.text('lastWillPayload'),
    qos: entry.number('lastWillQos') ?? 0,
    retain: entry.flag('lastWillRetain') ?? false,
    delaySeconds: properties.number('willDelayInterval'),
    messageExpirySeconds: properties.number('messageExpiryInterval'),
    payloadIsText: properties.flag('payloadFormatIndicator') ?? false,
    contentType: properties.text('contentType'),
    responseTopic: properties.text('responseTopic'),
    correlationData: properties.text('correlationData'),
    userProperties: userPropertiesOf(properties),
  };
}

function tlsOf(entry: Entry): ImportedTls {
  const isSelfSigned = entry.text('certType') === 'self';
  const authority = isSelfSigned ? fileOf(entry.text('ca')) : null;
  return {
    validates: entry.flag('rejectUnauthorized') ?? true,
    authorities: authority === null ? [] : [authority],
    certificate: isSelfSigned ? fileOf(entry.text('cert')) : null,
    key: isSelfSigned ? fileOf(entry.text('key')) : null,
    alpn: alpnOf(entry.value('ALPNProtocols')),
    ciphers: '',
    version: '',
  };
}

function alpnOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',')
      : [];
  return list.flatMap((one) => (typeof one === 'string' && one.trim() !== '' ? [one.trim()] : []));
}

function fileOf(path: string): ImportedFile | null {
  return path === '' ? null : { kind: 'file', path };
}

function othersOf(entry: Entry): readonly string[] {
  const properties = propertiesOf(entry);
  const method = properties.text('authenticationMethod');
  const largest = properties.number('maximumPacketSize');
  return [
    ...(method === '' ? [] : [`authentication method ${method}`]),
    ...(largest === null ? [] : [`maximum packet size ${String(largest)}`]),
  ];
}
