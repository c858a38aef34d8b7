/** The one place where what another program said becomes a profile of ours, and says what does not come along. */
import { usesTls } from '../broker-address';
import {
  defaultProfileFields,
  MAX_NAME_LENGTH,
  profileProblems,
  type Profile,
  type ProfileFields,
} from '../profile';
import { isControl } from '../profile-fields';
import { DEFAULT_CONNECT_SETTINGS, type ConnectSettings } from '../connect-settings';
import { DEFAULT_AUTHENTICATION } from '../authentication';
import { DEFAULT_ORGANISATION, MAX_FOLDER_LENGTH } from '../organisation';
import { SECRET_WORDS, type SecretName } from '../secret';
import { subscriptionFilterProblem, type Subscription } from '../subscription';
import { DEFAULT_WILL, MAX_WILL_BYTES, type Will } from '../will';
import type { ImportedConnect, ImportedProfile, ImportedWill } from './imported-profile';
import {
  proxyOf,
  tlsContents,
  tlsOf,
  tlsThatComes,
  tlsThatStays,
  type IsUsable,
  type TlsContents,
} from './network-of';
import { qosOf } from './subscription-of';

export interface Candidate {
  readonly fields: ProfileFields;
  readonly secrets: ReadonlyMap<SecretName, string>;
  /** Certificates and a key that become copies in the data folder. */
  readonly contents: TlsContents;
  /** What comes along beside the address, in words: `password`. */
  readonly comes: readonly string[];
  /** What does not, and why. */
  readonly stays: readonly string[];
  /** Why it cannot become a profile; null when it can. */
  readonly problem: string | null;
  /** Whether a person is likely to want it. */
  readonly isWanted: boolean;
}

export function candidateOf(imported: ImportedProfile, isUsable: IsUsable): Candidate {
  const subscriptions = usableSubscriptions(imported);
  const fields: ProfileFields = {
    ...defaultProfileFields(),
    name: oneLine(imported.name, MAX_NAME_LENGTH) || imported.host.slice(0, MAX_NAME_LENGTH),
    protocol: imported.protocol,
    host: imported.host.trim().replace(/^\[(.*)\]$/u, '$1'),
    port: imported.port,
    path: pathOf(imported),
    socketPath: imported.socketPath.trim(),
    clientId: imported.clientIdIsGenerated ? '' : imported.clientId,
    username: imported.username,
    version: imported.version ?? 'automatic',
    cleanStart: imported.cleanStart || clientIdOf(imported) === '',
    keepAlive: imported.keepAlive ?? defaultProfileFields().keepAlive,
    connect: connectOf(imported.connect, imported.clientIdSuffix && clientIdOf(imported) !== ''),
    will: willOf(imported.will),
    tls: tlsOf(imported.tls, isUsable),
    proxy: proxyOf(imported.proxy),
    subscriptions: subscriptions ?? defaultProfileFields().subscriptions,
    organisation: {
      ...DEFAULT_ORGANISATION,
      folder: oneLine(imported.folder, MAX_FOLDER_LENGTH),
    },
  };
  const secrets = new Map<SecretName, string>();
  if (imported.password !== null) secrets.set('password', imported.password);
  const proxyPassword = imported.proxy?.password ?? null;
  if (proxyPassword !== null) secrets.set('proxy-password', proxyPassword);
  const [problem = null] = profileProblems(fields).values();
  return {
    fields,
    secrets,
    contents: tlsContents(imported.tls, isUsable),
    comes: comesAlong(imported, fields, isUsable),
    stays: staysBehind(imported, isUsable),
    problem,
    isWanted: problem === null && !imported.isExample,
  };
}

/** A profile of our own file. What acts on this computer has to be switched on again: another person may have made it. */
export function ownCandidate(
  profile: Profile,
  secrets: ReadonlyMap<SecretName, string>,
): Candidate {
  const { organisation, authentication, will, tls } = profile;
  const runsCommand = authentication.kind === 'token-command';
  const readsFile = will?.payload.kind === 'file';
  return {
    fields: {
      ...profile,
      organisation: { ...organisation, connectAtStart: false, once: false },
      authentication: runsCommand ? DEFAULT_AUTHENTICATION : authentication,
      will: readsFile ? null : will,
      tls: { ...tls, keyLog: false },
    },
    secrets,
    contents: tlsContents(null, () => false),
    comes: [
      ...[...secrets.keys()].map((name) => SECRET_WORDS[name]),
      ...(usesTls(profile) && tls.trust === 'anything' ? ['certificates are not checked'] : []),
      'settings',
    ],
    stays: [
      ...(organisation.connectAtStart ? ['connecting at start: switch it on if you want it'] : []),
      ...(runsCommand ? ['sign-in with a command: enter it again if you trust it'] : []),
      ...(readsFile ? ['will whose content is a file of this computer'] : []),
      ...(tls.keyLog ? ['the log of TLS keys'] : []),
    ],
    problem: null,
    isWanted: true,
  };
}

function oneLine(text: string, maximum: number): string {
  const plain = [...text].map((character) => (isControl(character) ? ' ' : character)).join('');
  return plain.replaceAll(/ {2,}/gu, ' ').trim().slice(0, maximum);
}

function clientIdOf({ clientId, clientIdIsGenerated }: ImportedProfile): string {
  return clientIdIsGenerated ? '' : clientId;
}

function pathOf({ path, protocol }: ImportedProfile): string {
  if (!protocol.startsWith('ws') || path === null) return defaultProfileFields().path;
  return path.startsWith('/') ? path : `/${path}`;
}

function isSubscribable({ filter }: Subscription): boolean {
  return subscriptionFilterProblem(filter) === null;
}

/** Null for the usual ones. A filter that stands there twice is one subscription to a broker. */
function usableSubscriptions({ subscriptions }: ImportedProfile): Subscription[] | null {
  if (subscriptions === null) return null;
  const byFilter = new Map(subscriptions.filter(isSubscribable).map((one) => [one.filter, one]));
  return [...byFilter.values()].map((one) => ({
    ...one,
    ...(one.note === undefined ? {} : { note: oneLine(one.note, 500) }),
  }));
}

const whole = (value: number | null, minimum: number, maximum: number): number | null =>
  value !== null && Number.isInteger(value) && value >= minimum && value <= maximum ? value : null;

const LONGEST_SECONDS = 0xff_ff_ff_ff;

function connectOf(imported: ImportedConnect | null, clientIdSuffix: boolean): ConnectSettings {
  if (imported === null) return { ...DEFAULT_CONNECT_SETTINGS, clientIdSuffix };
  return {
    sessionExpirySeconds: whole(imported.sessionExpirySeconds, 0, LONGEST_SECONDS),
    announceMaximumPacket: false,
    receiveMaximum: whole(imported.receiveMaximum, 1, 65_535),
    topicAliasMaximum: whole(imported.topicAliasMaximum, 0, 65_535),
    requestProblemInformation: imported.requestProblemInformation ?? true,
    requestResponseInformation: imported.requestResponseInformation ?? false,
    userProperties: pairsOf(imported.userProperties),
    clientIdSuffix,
  };
}

function pairsOf(pairs: ImportedConnect['userProperties']): [string, string][] {
  return pairs.slice(0, 100).map(([name, value]) => [name, value]);
}

function willOf(imported: ImportedWill | null): Will | null {
  if (imported === null || imported.payload.length > MAX_WILL_BYTES) return null;
  return {
    ...DEFAULT_WILL,
    topic: imported.topic,
    payload: { kind: 'text', text: imported.payload },
    qos: qosOf(imported.qos),
    retain: imported.retain,
    delaySeconds: whole(imported.delaySeconds, 0, LONGEST_SECONDS) ?? 0,
    messageExpirySeconds: whole(imported.messageExpirySeconds, 0, LONGEST_SECONDS),
    payloadIsText: imported.payloadIsText,
    contentType: imported.contentType,
    responseTopic: imported.responseTopic,
    correlationData: imported.correlationData,
    userProperties: pairsOf(imported.userProperties),
  };
}

function comesAlong(
  imported: ImportedProfile,
  fields: ProfileFields,
  isUsable: IsUsable,
): string[] {
  const count = imported.subscriptions === null ? 0 : fields.subscriptions.length;
  return [
    ...(imported.password === null ? [] : ['password']),
    ...(fields.clientId === '' ? [] : ['client id']),
    ...(count === 0 ? [] : [count === 1 ? '1 subscription' : `${String(count)} subscriptions`]),
    ...(fields.will === null ? [] : ['will']),
    ...(imported.connect !== null && hasProperties(fields.connect) ? ['MQTT 5 properties'] : []),
    ...tlsThatComes(imported.tls, isUsable),
    ...(imported.proxy === null ? [] : ['proxy']),
  ];
}

function hasProperties(connect: ConnectSettings): boolean {
  const usual = { ...DEFAULT_CONNECT_SETTINGS, clientIdSuffix: connect.clientIdSuffix };
  return JSON.stringify(connect) !== JSON.stringify(usual);
}

function staysBehind(imported: ImportedProfile, isUsable: IsUsable): string[] {
  const unusable = (imported.subscriptions ?? []).filter((one) => !isSubscribable(one));
  const changed = !imported.cleanStart && clientIdOf(imported) === '';
  return [
    ...unusable.map(({ filter }) => `subscription “${oneLine(filter, 60)}”: no topic filter`),
    ...(imported.clientIdIsGenerated
      ? ['client id: it was made up, and two programs with one id throw each other out']
      : []),
    ...(changed ? ['the kept session: there is no client id of its own'] : []),
    ...(imported.will !== null && willOf(imported.will) === null ? ['will: it is too large'] : []),
    ...tlsThatStays(imported.tls, isUsable),
    ...imported.others,
  ];
}
