import type { IConnackPacket } from 'mqtt';
import type { ServerSettings } from '../../../app/connection';
import type { QoS } from '../../../app/message';
import { outsideWords } from '../../../app/outside-words';
import { formatCountOf } from '../../../app/payload/format';
import type { UserProperties } from '../../../app/profile-fields';
import type { LinkProfile } from './types';

const DEFAULT_RECEIVE_MAXIMUM = 65_535;
/** What a broker says at length is shown up to here. */
const MOST_CHARACTERS = 1_000;
const MOST_NAME_CHARACTERS = 200;
const MOST_USER_PROPERTIES = 100;

/** Reads the CONNACK (MQTT 5.0 §3.2.2.3); what an older version does not say is as the protocol has it. */
export function serverSettings(
  connack: IConnackPacket,
  profile: LinkProfile,
  clientId: string,
): ServerSettings {
  const properties = connack.properties ?? {};
  const { assignedClientIdentifier, serverKeepAlive } = properties;
  const asked = askedSessionExpiry(profile);
  return {
    clientId: assignedClientIdentifier ?? clientId,
    assignedClientId: assignedClientIdentifier !== undefined,
    keepAliveSeconds: serverKeepAlive ?? profile.keepAlive,
    serverKeepAlive: serverKeepAlive !== undefined,
    sessionExpirySeconds: properties.sessionExpiryInterval ?? asked,
    maximumQoS: qosOf(properties.maximumQoS),
    retainAvailable: properties.retainAvailable ?? true,
    maximumPacketBytes: properties.maximumPacketSize ?? null,
    receiveMaximum: properties.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM,
    topicAliasMaximum: properties.topicAliasMaximum ?? 0,
    wildcardSubscriptions: properties.wildcardSubscriptionAvailable ?? true,
    sharedSubscriptions: properties.sharedSubscriptionAvailable ?? true,
    subscriptionIdentifiers: properties.subscriptionIdentifiersAvailable ?? true,
    responseInformation: shown(properties.responseInformation),
    serverReference: shown(properties.serverReference),
    reasonString: shown(properties.reasonString),
    authenticationMethod: shown(properties.authenticationMethod),
    userProperties: userPropertiesOf(properties.userProperties),
  };
}

/** A session of a generated client id can't be resumed by the next run: it needs to outlive only interruptions. */
const GENERATED_ID_SECONDS = 3_600;
const FIXED_ID_SECONDS = 86_400;

/** The Session Expiry Interval of the CONNECT (MQTT 5.0 §3.1.2.11.2), in seconds; null for none. */
export function askedSessionExpiry({
  version,
  cleanStart,
  clientId,
  connect,
}: Pick<LinkProfile, 'version' | 'cleanStart' | 'clientId' | 'connect'>): number | null {
  if (version !== '5') return null;
  if (connect.sessionExpirySeconds !== null) return connect.sessionExpirySeconds;
  if (cleanStart) return null;
  return clientId === '' ? GENERATED_ID_SECONDS : FIXED_ID_SECONDS;
}

function qosOf(maximum: number | undefined): QoS {
  return maximum === 0 || maximum === 1 ? maximum : 2;
}

function shown(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : outsideWords(text, MOST_CHARACTERS);
}

/** mqtt.js gives an object, with a list where a name stands more than once. */
function userPropertiesOf(given: unknown): UserProperties {
  if (typeof given !== 'object' || given === null) return [];
  const pairs = Object.entries(given as Record<string, unknown>).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value): [string, string] => [
      outsideWords(name, MOST_NAME_CHARACTERS),
      outsideWords(String(value), MOST_CHARACTERS),
    ]),
  );
  if (pairs.length <= MOST_USER_PROPERTIES) return pairs;
  const left = formatCountOf(pairs.length - MOST_USER_PROPERTIES, 'is', 'are');
  return [...pairs.slice(0, MOST_USER_PROPERTIES), ['More user properties', `${left} not shown`]];
}
