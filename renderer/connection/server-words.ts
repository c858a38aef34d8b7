import type { ConnectionState, ServerSettings } from '../../app/connection';
import { SESSION_NEVER_EXPIRES } from '../../app/connect-settings';
import { outsideWords } from '../../app/outside-words';
import { formatBytes, formatCount } from '../../app/payload/format';
import type { Profile } from '../../app/profile';

/** One line of what is known of a connection. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** A few faint words: where it comes from, or what it means. */
  readonly note?: string;
  /** It limits what can be done. */
  readonly isLimit?: boolean;
}

type Connected = Extract<ConnectionState, { kind: 'connected' }>;

/** What the broker said in its CONNACK, in words; what older versions cannot say is left out. */
export function connectionFacts(state: Connected, profile: Profile): Fact[] {
  const { server, version } = state;
  return [
    {
      name: 'Version',
      value: `MQTT ${version}`,
      ...(profile.version === 'automatic' ? { note: 'found automatically' } : {}),
    },
    {
      name: 'Client id',
      value: outsideWords(server.clientId),
      ...(server.assignedClientId ? { note: 'given by the broker' } : {}),
    },
    {
      name: 'Session',
      value: state.sessionPresent ? 'resumed' : 'new',
      note: sessionWords(server, profile),
    },
    {
      name: 'Keep alive',
      value: server.keepAliveSeconds === 0 ? 'off' : `${formatCount(server.keepAliveSeconds)} s`,
      ...(server.serverKeepAlive ? { note: 'set by the broker' } : {}),
    },
    ...(version === '5' ? limitsOf(server) : []),
    ...saidBy(server),
  ];
}

function sessionWords({ sessionExpirySeconds: seconds }: ServerSettings, profile: Profile): string {
  if (seconds === null || seconds === 0)
    return profile.cleanStart ? 'ends with the connection' : 'kept as long as the broker likes';
  if (seconds === SESSION_NEVER_EXPIRES) return 'never expires';
  return `kept ${formatCount(seconds)} s after the connection`;
}

function limitsOf(server: ServerSettings): Fact[] {
  const yesNo = (name: string, isAvailable: boolean): Fact => ({
    name,
    value: isAvailable ? 'available' : 'not available',
    isLimit: !isAvailable,
  });
  const maximum = server.maximumPacketBytes;
  return [
    {
      name: 'Maximum QoS',
      value: String(server.maximumQoS),
      isLimit: server.maximumQoS < 2,
    },
    yesNo('Retained messages', server.retainAvailable),
    {
      name: 'Maximum packet size',
      value: maximum === null ? 'no limit' : formatBytes(maximum),
      isLimit: maximum !== null,
    },
    {
      name: 'Receive maximum',
      value: formatCount(server.receiveMaximum),
      note: 'QoS 1 and 2 messages under way',
    },
    { name: 'Topic aliases', value: formatCount(server.topicAliasMaximum) },
    yesNo('Wildcard subscriptions', server.wildcardSubscriptions),
    yesNo('Shared subscriptions', server.sharedSubscriptions),
    yesNo('Subscription identifiers', server.subscriptionIdentifiers),
  ];
}

function saidBy(server: ServerSettings): Fact[] {
  const said: [name: string, value: string | null][] = [
    ['Response information', server.responseInformation],
    ['Server reference', server.serverReference],
    ['Authentication method', server.authenticationMethod],
    ['Reason', server.reasonString],
    ...server.userProperties.map(([name, value]): [string, string] => [name, value]),
  ];
  return said.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}
