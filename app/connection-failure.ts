import type { ConnectionFailure, FailureCode, OtherServer } from './connection';
import { addressOf } from './broker-address';
import type { BrokerAddress } from './broker-address';
import { connackMeaning } from './connack-words';
import { closedWords, disconnectWords, notMqttWords } from './disconnect-words';
import { serverOfReference } from './doctor/server-reference';
import { assertNever } from './errors';
import type { Violation } from './mqtt-violation';
import { brokerSaid, outsideWords } from './outside-words';
import type { MqttVersion } from './profile';
import { proxyWords } from './proxy-failure';
import { technicalText, type RawFailure } from './raw-failure';
import { reasonWords } from './reason-codes';
import { socketWords, timeoutWords } from './socket-failure';
import type { FailureWords as Words } from './socket-failure';
import { fingerprintWords, tlsFileFailure } from './tls-failure';

/** Trying again by itself cannot help with these: a person has to change something first. */
const FINAL_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'bad-credentials',
  'not-authorised',
  'banned',
  'sign-in-method-refused',
  'sign-in-broken-off',
  'another-server',
  'protocol-version-refused',
  'client-id-refused',
  'session-taken-over',
  'client-id-in-use',
  'vault-locked',
  'secret-unavailable',
  'tls-untrusted',
  'tls-expired',
  'tls-host-mismatch',
  'tls-fingerprint-changed',
  'tls-client-certificate-missing',
  'tls-client-certificate-refused',
  'tls-key-mismatch',
  'tls-passphrase',
  'tls-file',
  'tls-version-refused',
  'tls-alpn-refused',
  'proxy-credentials',
  'invalid-settings',
]);

/** Says in words what a failure means for the person: what happened, what to try, and the technical text. */
export function describeFailure(raw: RawFailure, target: BrokerAddress): ConnectionFailure {
  const [code, title, advice] = wordsFor(raw, target);
  const failure = {
    ...{ code, title, advice, technical: technicalText(raw) },
    retryable: !FINAL_CODES.has(code),
  };
  const certificate = 'certificate' in raw ? raw.certificate : undefined;
  const otherServer = otherServerOf(raw, target);
  return {
    ...failure,
    ...reasonOf(raw),
    ...('largeWillBytes' in raw ? { largeWillBytes: raw.largeWillBytes } : {}),
    ...(raw.kind === 'keep-alive' ? { silentMs: raw.silentMs } : {}),
    ...(certificate === undefined ? {} : { certificate }),
    ...(otherServer === null ? {} : { otherServer }),
  };
}

function reasonOf(raw: RawFailure): Pick<ConnectionFailure, 'reasonString'> {
  const said = 'reasonString' in raw ? (raw.reasonString ?? '') : '';
  return said === '' ? {} : { reasonString: said };
}

/** The same failure again and again: trying on by itself makes no sense any more. */
export function repeatedFailure(failure: ConnectionFailure, times: number): ConnectionFailure {
  const again = `It did so ${String(times)} times in a row, so it is not tried again by itself.`;
  return { ...failure, advice: `${again} ${failure.advice}`, retryable: false };
}

function wordsFor(raw: RawFailure, target: BrokerAddress): Words {
  const address = addressOf(target);
  switch (raw.kind) {
    case 'socket':
      return socketWords(raw, target);
    case 'fingerprint':
      return fingerprintWords(
        { expected: raw.expected, actual: raw.certificate.fingerprint },
        target,
      );
    case 'tls-file':
      return tlsFileFailure(raw);
    case 'proxy':
      return proxyWords(raw, target);
    case 'timeout':
      return timeoutWords(raw, address);
    case 'connack':
      return withReason(
        sendsAway(raw) ? elsewhereWords(raw, target) : connackWords(raw.version, raw.code, address),
        raw.reasonString,
      );
    case 'server-disconnect':
      return withReason(
        sendsAway(raw) ? elsewhereWords(raw, target) : goodbyeWords(raw, address),
        raw.reasonString,
      );
    case 'closed':
      return closedWords(raw, target);
    case 'keep-alive':
      return [
        'keep-alive-timeout',
        `${address} stopped answering.`,
        `Nothing came for ${String(Math.round(raw.silentMs / 1000))} s, not even the answer to a ping. The network may have been lost, or the server hangs.`,
      ];
    case 'malformed':
      return malformedWords(raw.violation, address);
    case 'not-mqtt':
      return notMqttWords(raw.firstBytes, target);
    case 'too-large':
      return [
        'packet-too-large',
        `${address} sent a packet that is larger than allowed here.`,
        `${cameWords(raw.violation)}The connection was closed before the packet was read.`,
      ];
    case 'invalid-settings':
      return [
        'invalid-settings',
        'These connection settings do not work together.',
        `${sentence(raw.message)} Edit the connection and try again.`,
      ];
    case 'will':
      return [
        'invalid-settings',
        'The last will cannot be sent along, so the connection was not opened.',
        `${sentence(raw.message)} Mend that, or edit the connection under Last will.`,
      ];
    case 'sign-in':
      return [
        'sign-in-failed',
        `The sign-in to ${address} could not be prepared.`,
        `${sentence(raw.message)} Check the sign-in in the connection’s settings.`,
      ];
    case 'sign-in-exchange':
      return [
        'sign-in-broken-off',
        `The sign-in to ${address} was broken off.`,
        `${sentence(raw.message)} Something else than the broker may answer there: check host and port. If they are right, the broker’s log says more.`,
      ];
    case 'vault-locked':
      return [
        'vault-locked',
        'The password vault is locked.',
        `What ${address} wants to see is in it, so nothing was sent. Unlock the vault, then try again.`,
      ];
    case 'secret-unavailable':
      return [
        'secret-unavailable',
        `${sentence(raw.message)}`,
        `So that ${address} does not take it for a wrong one, nothing was sent. Edit the connection and enter it again.`,
      ];
    case 'renewal':
      return [
        'sign-in-renewed',
        RENEWAL_TITLES[raw.why](address),
        `The connection to ${address} is opened again with a new token.`,
      ];
    case 'client-id-in-use':
      return [
        'client-id-in-use',
        `${address} closed the connection twice in a row, right after it was accepted.`,
        `Most likely another client uses the client id “${raw.clientId}”, and the two throw each other out. Give this connection a client id of its own, or leave it empty for a generated one.`,
      ];
    case 'unknown':
      return [
        'unknown',
        `The connection to ${address} failed.`,
        'The technical text below says more.',
      ];
    default:
      return assertNever(raw);
  }
}

const RENEWAL_TITLES: Readonly<
  Record<Extract<RawFailure, { kind: 'renewal' }>['why'], (address: string) => string>
> = {
  ends: () => 'The sign-in is about to end and is renewed.',
  unanswered: (address) => `${address} did not answer the renewed sign-in.`,
  ended: (address) => `${address} ended the sign-in; perhaps the token was too old.`,
};

function malformedWords(violation: Violation | undefined, address: string): Words {
  return [
    'protocol-error',
    violation === undefined || violation.kind === 'malformed'
      ? `${address} sent something that is not valid MQTT.`
      : `${address} sent something that MQTT does not allow.`,
    `${cameWords(violation)}The connection was closed because nothing after it could be trusted. Check the server, or whether something between changes the data.`,
  ];
}

function cameWords(violation: Violation | undefined): string {
  return violation === undefined ? '' : `It was ${violation.words} (${violation.section}). `;
}

function connackWords(version: MqttVersion, code: number, address: string): Words {
  const meaning = connackMeaning(version, code, address);
  return [meaning.code, meaning.title, meaning.advice];
}

function goodbyeWords(
  { code, isSignIn }: Extract<RawFailure, { kind: 'server-disconnect' }>,
  address: string,
): Words {
  const [failure, title, advice] = disconnectWords(code, address);
  if (isSignIn !== true || failure !== 'not-authorised') return [failure, title, advice];
  return [
    failure,
    `${address} did not accept the renewed sign-in: ${reasonWords(code)}.`,
    'The first one was accepted. Check whether the user or the token was withdrawn meanwhile.',
  ];
}

/** A refusal in the CONNACK, or the server's DISCONNECT. */
type ServerWord = Extract<RawFailure, { readonly kind: 'connack' | 'server-disconnect' }>;

/** 0x9C: use another server; 0x9D: server moved (MQTT 5.0 §4.11). */
function sendsAway(raw: ServerWord): boolean {
  const isFive = raw.kind === 'server-disconnect' || raw.version === '5';
  return isFive && (raw.code === 0x9c || raw.code === 0x9d);
}

/** Where a server that sends its clients away sends them; its word, so nothing goes there by itself. */
function otherServerOf(raw: RawFailure, { port }: BrokerAddress): OtherServer | null {
  if (raw.kind !== 'connack' && raw.kind !== 'server-disconnect') return null;
  return sendsAway(raw) ? serverOfReference(raw.serverReference ?? '', port) : null;
}

function elsewhereWords(raw: ServerWord, target: BrokerAddress): Words {
  const other = otherServerOf(raw, target);
  return [
    'another-server',
    `${addressOf(target)} sends its clients to another server: ${reasonWords(raw.code)}.`,
    other === null
      ? `${unnamedServer(raw.serverReference)} Edit the connection and enter the new address.`
      : `It names ${addressOf(other)}. Nothing was sent there yet.`,
  ];
}

/** Why nobody can be led to the other server. */
function unnamedServer(reference: string | null | undefined): string {
  return reference === null || reference === undefined || reference === ''
    ? 'It did not say which one: its operator knows.'
    : `It names “${outsideWords(reference)}”, which is no address of a server: its operator knows.`;
}

function withReason([code, title, advice]: Words, reasonString: string | null): Words {
  return [code, title, `${advice}${brokerSaid(reasonString)}`];
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(first) ? first : `${first}.`;
}
