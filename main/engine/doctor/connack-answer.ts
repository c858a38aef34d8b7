import { Buffer } from 'node:buffer';
import type { Packet } from 'mqtt-packet';
import { reasonOf } from '../../../app/connack-words';
import type { DoctorFact } from '../../../app/contract-doctor';
import type { Finding } from '../../../app/doctor/finding';
import { outsideWords } from '../../../app/outside-words';
import type { MqttVersion } from '../../../app/profile';
import { hexCode, reasonWords } from '../../../app/reason-codes';
import { StepFailure } from './step-failure';

/** What a broker says at length is shown up to here. */
const MOST_CHARACTERS = 1_000;

export type Connack = Extract<Packet, { cmd: 'connack' }>;

export function connackCode(version: MqttVersion, connack: Connack): number {
  return (version === '5' ? connack.reasonCode : connack.returnCode) ?? 0;
}

/** What a broker says, as it came: what is shown of it is decided with the words around it. */
export const saidText = (text: unknown): string => (typeof text === 'string' ? text : '');

/**
 * Every field of the CONNACK (MQTT 5.0 §3.2.2) that the broker filled.
 * @param redacted takes secrets out: before a text is cut, so that none lies across the cut
 */
export function connackFacts(
  version: MqttVersion,
  connack: Connack,
  redacted: (text: string) => string,
): readonly DoctorFact[] {
  const code = connackCode(version, connack);
  const rows: [string, string][] = [
    ['MQTT version', version],
    ['Answer', `${reasonWords(reasonOf(version, code))} (${hexCode(code)})`],
    ['Session present', connack.sessionPresent ? 'yes' : 'no'],
    ...Object.entries(connack.properties ?? {}).map(([name, value]): [string, string] => [
      PROPERTY_NAMES.get(name) ?? name,
      propertyText(value, redacted),
    ]),
  ];
  return rows.map(([label, value]) => ({ label, value, tone: 'neutral' }));
}

const PROPERTY_NAMES = new Map([
  ['sessionExpiryInterval', 'Session expiry, s'],
  ['receiveMaximum', 'Receive maximum'],
  ['maximumQoS', 'Maximum QoS'],
  ['retainAvailable', 'Retained messages'],
  ['maximumPacketSize', 'Maximum packet size, bytes'],
  ['assignedClientIdentifier', 'Assigned client id'],
  ['topicAliasMaximum', 'Topic alias maximum'],
  ['reasonString', 'Reason'],
  ['userProperties', 'User properties'],
  ['wildcardSubscriptionAvailable', 'Wildcard subscriptions'],
  ['subscriptionIdentifiersAvailable', 'Subscription identifiers'],
  ['sharedSubscriptionAvailable', 'Shared subscriptions'],
  ['serverKeepAlive', 'Keep alive set by the server, s'],
  ['responseInformation', 'Response information'],
  ['serverReference', 'Server reference'],
  ['authenticationMethod', 'Authentication method'],
]);

function propertyText(value: unknown, redacted: (text: string) => string): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Buffer.isBuffer(value)) return `${String(value.length)} bytes`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return outsideWords(redacted(text), MOST_CHARACTERS);
}

/** Others are reserved (MQTT 3.1.1 §3.2.2.3). */
const MOST_RETURN_CODE = 5;

/** Why no CONNACK came, or the one that refuses. */
export function connackFailure(version: MqttVersion, connack: Connack): StepFailure {
  const code = connackCode(version, connack);
  if (version !== '5' && code > MOST_RETURN_CODE) {
    const technical = `a CONNACK with the reserved return code ${String(code)}`;
    return new StepFailure({ kind: 'malformed', technical }, 'Not valid MQTT');
  }
  const finding: Finding = {
    ...{ kind: 'connack', version, code },
    reasonString: saidText(connack.properties?.reasonString),
    serverReference: saidText(connack.properties?.serverReference),
    technical: `CONNACK ${hexCode(code)}`,
  };
  return new StepFailure(finding, `Refused (${hexCode(code)})`);
}
