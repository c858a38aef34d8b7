import { UniqueMessageIdProvider } from 'mqtt';
import type { IClientOptions } from 'mqtt';
import type { RawFailure } from '../../../app/connection-failure';
import { messageOf } from '../../../app/errors';
import type { MqttVersion, Profile } from '../../../app/profile';
import type { SessionStore } from './session-store';

export const CONNACK_WITHIN_MS = 10_000;

/** What one network connection needs to know of the profile and of the session that it may resume. */
export interface SessionOptions {
  readonly profile: Profile;
  readonly clientId: string;
  readonly incoming: SessionStore;
  readonly outgoing: SessionStore;
}

/** Protocol name and level of the CONNECT (MQTT 5.0 §3.1.2.1; 3.1 has its own name). */
const PROTOCOLS: Readonly<
  Record<MqttVersion, Pick<IClientOptions, 'protocolVersion' | 'protocolId'>>
> = {
  '3.1': { protocolVersion: 3, protocolId: 'MQIsdp' },
  '3.1.1': { protocolVersion: 4, protocolId: 'MQTT' },
  '5': { protocolVersion: 5, protocolId: 'MQTT' },
};

/** How mqtt.js is used: for the protocol only. Reconnecting, subscribing again and queueing are ours. */
export function clientOptions(
  { profile, clientId, incoming, outgoing }: SessionOptions,
  password: string | undefined,
): IClientOptions {
  const five = profile.version === '5';
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
    ...(profile.username === '' ? {} : { username: profile.username }),
    ...(password === undefined || password === '' ? {} : { password }),
    ...(five && !profile.cleanStart
      ? { properties: { sessionExpiryInterval: sessionExpirySeconds(profile) } }
      : {}),
  };
}

/** A session of a generated client id can't be resumed by the next run: it needs to outlive only interruptions. */
function sessionExpirySeconds(profile: Profile): number {
  return profile.clientId === '' ? 3_600 : 86_400;
}

/** mqtt.js has no codes for these: its texts are what there is. */
export function clientFailure(error: Error): RawFailure {
  if (error.message === 'connack timeout') {
    return { kind: 'timeout', waitingFor: 'connack', afterMs: CONNACK_WITHIN_MS };
  }
  if (error.message === 'Keepalive timeout') return { kind: 'keep-alive' };
  return { kind: 'malformed', message: error.message };
}

/** A packet that mqtt.js cannot write, because of what the profile says. */
export function settingsFailure(error: unknown): RawFailure {
  return { kind: 'invalid-settings', message: messageOf(error) };
}
