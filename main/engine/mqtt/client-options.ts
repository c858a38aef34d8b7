import { Buffer } from 'node:buffer';
import { UniqueMessageIdProvider } from 'mqtt';
import type { IClientOptions } from 'mqtt';
import type { RawFailure } from '../../../app/raw-failure';
import { messageOf } from '../../../app/errors';
import type { MqttVersion } from '../../../app/profile';
import type { UserProperties } from '../../../app/profile-fields';
import type { Will } from '../../../app/will';
import type { Credentials } from '../sign-in/sign-in';
import { writtenUsername } from './password-alone';
import { askedSessionExpiry } from './server-settings';
import { ANY_RECEIVE_MAXIMUM } from './rules/exchanges';
import type { ServerDuties } from './rules/packet-rules';
import type { IncomingStore, OutgoingStore } from './session-store';
import type { LinkProfile } from './types';

export const CONNACK_WITHIN_MS = 10_000;

/** What one network connection needs to know of the profile and of the session that it may resume. */
export interface SessionOptions {
  readonly profile: LinkProfile;
  readonly clientId: string;
  /** The server is told, where it can be (MQTT 5.0 §3.1.2.11.4). */
  readonly maxPacketBytes: number;
  readonly incoming: IncomingStore;
  readonly outgoing: OutgoingStore;
}

/** Protocol name and level of the CONNECT (MQTT 5.0 §3.1.2.1; 3.1 has its own name). */
const PROTOCOLS: Readonly<
  Record<MqttVersion, Pick<IClientOptions, 'protocolVersion' | 'protocolId'>>
> = {
  '3.1': { protocolVersion: 3, protocolId: 'MQIsdp' },
  '3.1.1': { protocolVersion: 4, protocolId: 'MQTT' },
  '5': { protocolVersion: 5, protocolId: 'MQTT' },
};

/** What is read before a CONNECT can be written. */
export interface ConnectParts {
  readonly credentials: Credentials;
  readonly willPayload: Buffer | null;
}

/** How mqtt.js is used: for the protocol only. Reconnecting, subscribing again and queueing are ours. */
export function clientOptions(
  { profile, clientId, maxPacketBytes, incoming, outgoing }: SessionOptions,
  { credentials, willPayload }: ConnectParts,
): IClientOptions {
  const { password } = credentials;
  const username = writtenUsername({ ...credentials, version: profile.version });
  return {
    manualConnect: true,
    ...PROTOCOLS[profile.version],
    clientId,
    clean: profile.cleanStart,
    keepalive: profile.keepAlive,
    reconnectPeriod: 0,
    resubscribe: false,
    connectTimeout: CONNACK_WITHIN_MS,
    queueQoSZero: false,
    messageIdProvider: new UniqueMessageIdProvider(),
    incomingStore: incoming,
    outgoingStore: outgoing,
    timerVariant: 'native',
    // mqtt.js logs options and packets, credentials among them.
    log: () => undefined,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
    ...(profile.will === null || willPayload === null
      ? {}
      : { will: willOptions(profile.will, willPayload, profile.version) }),
    ...(profile.version === '5'
      ? { properties: connectProperties(profile, credentials, maxPacketBytes) }
      : {}),
  };
}

/** CONNECT Properties (MQTT 5.0 §3.1.2.11); what has its default is left out. */
function connectProperties(
  profile: LinkProfile,
  { enhanced }: Credentials,
  maxPacketBytes: number,
): NonNullable<IClientOptions['properties']> {
  const { connect } = profile;
  const expiry = askedSessionExpiry(profile);
  return {
    ...(expiry === null ? {} : { sessionExpiryInterval: expiry }),
    ...(connect.announceMaximumPacket ? { maximumPacketSize: maxPacketBytes } : {}),
    ...(connect.receiveMaximum === null ? {} : { receiveMaximum: connect.receiveMaximum }),
    ...(connect.topicAliasMaximum === null || connect.topicAliasMaximum === 0
      ? {}
      : { topicAliasMaximum: connect.topicAliasMaximum }),
    ...(connect.requestProblemInformation ? {} : { requestProblemInformation: false }),
    ...(connect.requestResponseInformation ? { requestResponseInformation: true } : {}),
    ...(connect.userProperties.length === 0
      ? {}
      : { userProperties: packetUserProperties(connect.userProperties) }),
    ...(enhanced === null
      ? {}
      : { authenticationMethod: enhanced.method, authenticationData: enhanced.first }),
  };
}

function willOptions(
  will: Will,
  payload: Buffer,
  version: MqttVersion,
): NonNullable<IClientOptions['will']> {
  const { topic, qos, retain } = will;
  return {
    ...{ topic, payload, qos, retain },
    ...(version === '5' ? { properties: willProperties(will) } : {}),
  };
}

/** Will Properties (MQTT 5.0 §3.1.3.2). */
function willProperties(
  will: Will,
): NonNullable<NonNullable<IClientOptions['will']>['properties']> {
  return {
    ...(will.delaySeconds === 0 ? {} : { willDelayInterval: will.delaySeconds }),
    ...(will.payloadIsText ? { payloadFormatIndicator: true } : {}),
    ...(will.messageExpirySeconds === null
      ? {}
      : { messageExpiryInterval: will.messageExpirySeconds }),
    ...(will.contentType === '' ? {} : { contentType: will.contentType }),
    ...(will.responseTopic === '' ? {} : { responseTopic: will.responseTopic }),
    ...(will.correlationData === '' ? {} : { correlationData: Buffer.from(will.correlationData) }),
    ...(will.userProperties.length === 0
      ? {}
      : { userProperties: packetUserProperties(will.userProperties) }),
  };
}

/** As mqtt-packet wants them: a list where a name stands more than once. Without a prototype, for the names are anybody's. */
function packetUserProperties(pairs: UserProperties): Record<string, string | string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  const properties = Object.create(null) as Record<string, string | string[]>;
  for (const [name, all] of values) properties[name] = all.length === 1 ? (all[0] ?? '') : all;
  return properties;
}

/** What a CONNECT with these options allows the server. */
export function serverDuties(profile: LinkProfile, { properties }: IClientOptions): ServerDuties {
  return {
    version: profile.version,
    cleanStart: profile.cleanStart,
    receiveMaximum: properties?.receiveMaximum ?? ANY_RECEIVE_MAXIMUM,
    topicAliasMaximum: properties?.topicAliasMaximum ?? 0,
    authenticates: properties?.authenticationMethod !== undefined,
  };
}

/** mqtt.js has no codes for these: its texts are what there is. */
export function clientFailure(error: Error, silentMs: number): RawFailure {
  if (error.message === 'connack timeout') {
    return { kind: 'timeout', waitingFor: 'connack', afterMs: CONNACK_WITHIN_MS };
  }
  if (error.message === 'Keepalive timeout') return { kind: 'keep-alive', silentMs };
  if (error instanceof SignInError) return { kind: 'sign-in-exchange', message: error.message };
  return { kind: 'malformed', message: error.message };
}

/** The exchange of enhanced authentication cannot go on. */
export class SignInError extends Error {}

/** A packet that mqtt.js cannot write, because of what the profile says. */
export function settingsFailure(error: unknown): RawFailure {
  return { kind: 'invalid-settings', message: messageOf(error) };
}
