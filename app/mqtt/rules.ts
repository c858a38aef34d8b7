import type { MqttVersion } from '../profile';

/** What a packet can break, and where MQTT 5.0 and MQTT 3.1.1 say so; 3.1 is explained with the words of 3.1.1. */
const RULES = {
  type: ['§2.1.2', '§2.2.1'],
  'fixed-flags': ['§2.1.3 [MQTT-2.1.3-1]', '§2.2.2 [MQTT-2.2.2-2]'],
  'remaining-length': ['§2.1.4', '§2.2.3'],
  'variable-byte-integer': ['§1.5.5 [MQTT-1.5.5-1]', '§2.2.3'],
  text: ['§1.5.4 [MQTT-1.5.4-1]', '§1.5.3 [MQTT-1.5.3-1]'],
  'text-nul': ['§1.5.4 [MQTT-1.5.4-2]', '§1.5.3 [MQTT-1.5.3-2]'],
  length: ['§1.2, “Malformed Packet”', '§4.8 [MQTT-4.8.0-1]'],
  'packet-identifier': ['§2.2.1 [MQTT-2.2.1-3]', '§2.3.1 [MQTT-2.3.1-1]'],
  property: ['§2.2.2.2', '§2.2.2.2'],
  'protocol-name': ['§3.1.2.1 [MQTT-3.1.2-1]', '§3.1.2.1 [MQTT-3.1.2-1]'],
  'protocol-level': ['§3.1.2.2 [MQTT-3.1.2-2]', '§3.1.2.2 [MQTT-3.1.2-2]'],
  'connect-reserved': ['§3.1.2.3 [MQTT-3.1.2-3]', '§3.1.2.3 [MQTT-3.1.2-3]'],
  'will-qos': ['§3.1.2.6 [MQTT-3.1.2-12]', '§3.1.2.6 [MQTT-3.1.2-14]'],
  'will-flags': ['§3.1.2.6 [MQTT-3.1.2-11]', '§3.1.2.6 [MQTT-3.1.2-13]'],
  'will-retain': ['§3.1.2.7 [MQTT-3.1.2-13]', '§3.1.2.7 [MQTT-3.1.2-15]'],
  'password-alone': ['§3.1.2.9', '§3.1.2.9 [MQTT-3.1.2-22]'],
  'first-packet': ['§3.2 [MQTT-3.2.0-1]', '§3.2 [MQTT-3.2.0-1]'],
  'connack-flags': ['§3.2.2.1 [MQTT-3.2.2-1]', '§3.2.2.1'],
  'session-present': ['§3.2.2.1.1 [MQTT-3.2.2-6]', '§3.2.2.2 [MQTT-3.2.2-4]'],
  'connack-code': ['§3.2.2.2 [MQTT-3.2.2-8]', '§3.2.2.3'],
  dup: ['§3.3.1.1 [MQTT-3.3.1-2]', '§3.3.1.1 [MQTT-3.3.1-2]'],
  'publish-qos': ['§3.3.1.2 [MQTT-3.3.1-4]', '§3.3.1.2 [MQTT-3.3.1-4]'],
  'topic-empty': ['§3.3.2.1', '§4.7.3 [MQTT-4.7.3-1]'],
  'topic-wildcard': ['§3.3.2.1 [MQTT-3.3.2-2]', '§3.3.2.1 [MQTT-3.3.2-2]'],
  'topic-alias': ['§3.3.2.3.4 [MQTT-3.3.2-8]', '§3.3.2'],
  acknowledgement: ['§2.4', '§3.4'],
  'subscribe-empty': ['§3.8.3 [MQTT-3.8.3-2]', '§3.8.3 [MQTT-3.8.3-3]'],
  'subscribe-options': ['§3.8.3.1 [MQTT-3.8.3-5]', '§3.8.3 [MQTT-3-8.3-4]'],
  'filter-empty': ['§4.7.3 [MQTT-4.7.3-1]', '§4.7.3 [MQTT-4.7.3-1]'],
  'suback-code': ['§3.9.3', '§3.9.3 [MQTT-3.9.3-2]'],
  'suback-empty': ['§3.9.3', '§3.9.3'],
  'unsubscribe-empty': ['§3.10.3 [MQTT-3.10.3-2]', '§3.10.3 [MQTT-3.10.3-2]'],
  'unsuback-code': ['§3.11.3', '§3.11'],
  ping: ['§3.12, §3.13', '§3.12, §3.13'],
  'disconnect-code': ['§3.14.2.1', '§3.14'],
  'auth-code': ['§3.15.2.1', '§2.2.1'],
} as const;

export type Rule = keyof typeof RULES;

/** Where the specification of a version says it. */
export function section(rule: Rule, version: MqttVersion): string {
  const [five, three] = RULES[rule];
  return version === '5' ? `MQTT 5.0 ${five}` : `MQTT 3.1.1 ${three}`;
}
