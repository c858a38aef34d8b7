import { addressOf } from '../broker-address';
import type { ConnectionFailure } from '../connection';
import type { DoctorVerdict } from '../contract-doctor';
import { assertNever } from '../errors';
import { formatCount } from '../payload/format';
import type { Finding, FindingContext } from './finding';
import { takenOverWords } from './client-id-words';
import { closedWords, connackWords, noConnackWords, notMqttWords } from './greeting-words';
import {
  localSocketWords,
  lookupFailedWords,
  nothingListeningWords,
  offlineWords,
  portSilentWords,
  unknownHostWords,
  unreachableWords,
} from './network-words';
import { proxyWords } from './proxy-words';
import {
  closedOnSubscribeWords,
  disconnectedWords,
  keepAliveWords,
  lostWords,
  malformedWords,
  noPongWords,
  refusedSubscriptionWords,
  unansweredWords,
} from './session-words';
import {
  exchangeWords,
  signInWords,
  unreadableSecretWords,
  vaultLockedWords,
} from './sign-in-words';
import { speaksWords } from './speech-words';
import { closedOnPublishWords, notReturnedWords, publishRefusedWords } from './test-message-words';
import { certificateWords } from './certificate-words';
import { clientCertificateWords } from './client-certificate-words';
import {
  alpnWords,
  cipherWords,
  closedAfterHandshakeWords,
  handshakeWords,
  tlsCutWords,
  tlsSilentWords,
  tlsVersionWords,
} from './tls-words';
import { subprotocolWords, webSocketWords } from './web-socket-words';
import { openSettings, type Words } from './words';

/** Says in plain words what a finding means, what the likely causes are, and what to change. */
export function explain(finding: Finding, context: FindingContext): DoctorVerdict {
  const tone = isHarmless(finding) ? 'warn' : 'bad';
  return { tone, ...wordsOf(finding, context), technical: finding.technical };
}

/** The connection can be used all the same. */
export function isHarmless({ kind }: Finding): boolean {
  return kind === 'publish-refused' || kind === 'not-returned' || kind === 'subscriptions-refused';
}

function wordsOf(finding: Finding, context: FindingContext): Words {
  switch (finding.kind) {
    case 'offline':
      return offlineWords();
    case 'unknown-host':
      return unknownHostWords(context);
    case 'lookup-failed':
      return lookupFailedWords(context);
    case 'unreachable':
      return unreachableWords(context);
    case 'nothing-listening':
      return nothingListeningWords(finding, context);
    case 'port-silent':
      return portSilentWords(finding, context);
    case 'local-socket':
      return localSocketWords(finding, context);
    case 'proxy':
      return proxyWords(finding, context);
    case 'speaks':
      return speaksWords(finding.speech, context);
    case 'certificate':
      return certificateWords(finding, context);
    case 'client-certificate':
      return clientCertificateWords(finding, context);
    case 'tls-version':
      return tlsVersionWords(context);
    case 'alpn':
      return alpnWords(finding, context);
    case 'tls-handshake':
      return handshakeWords(finding, context);
    case 'closed-after-handshake':
      return closedAfterHandshakeWords(finding, context);
    case 'ciphers':
      return cipherWords(context);
    case 'tls-cut':
      return tlsCutWords(context);
    case 'tls-silent':
      return tlsSilentWords(context);
    case 'websocket':
      return webSocketWords(finding, context);
    case 'websocket-cut':
      return webSocketWords({ ...finding, kind: 'websocket', status: null, better: null }, context);
    case 'subprotocol':
      return subprotocolWords(finding, context);
    case 'vault-locked':
      return vaultLockedWords();
    case 'secret-unavailable':
      return unreadableSecretWords(finding);
    case 'sign-in':
      return signInWords(finding, context);
    case 'sign-in-exchange':
      return exchangeWords(finding, context);
    case 'closed-after-connect':
      return closedWords(context);
    case 'no-connack':
      return noConnackWords(finding, context);
    case 'not-mqtt':
      return notMqttWords(context);
    case 'malformed':
      return malformedWords(context);
    case 'connack':
      return connackWords(finding, context);
    case 'disconnected':
      return disconnectedWords(finding, context);
    case 'subscriptions-refused':
      return refusedSubscriptionWords(finding, context);
    case 'closed-on-subscribe':
      return closedOnSubscribeWords(context);
    case 'no-suback':
    case 'no-puback':
      return unansweredWords(finding, context);
    case 'no-pong':
      return noPongWords(context);
    case 'connection-lost':
      return lostWords(context);
    case 'publish-refused':
      return publishRefusedWords(finding);
    case 'closed-on-publish':
      return closedOnPublishWords(context);
    case 'not-returned':
      return notReturnedWords(finding);
    case 'internal':
      return {
        title: 'The test itself failed.',
        text: 'The settings could not be tested as they are, or something went wrong in this program. The technical text below says what.',
        causes: [],
        fixes: [],
      };
    default:
      return assertNever(finding);
  }
}

/** All steps went well. `earlier`: why the connection itself failed last, if it did. */
export function allWell(earlier: ConnectionFailure | null, context: FindingContext): DoctorVerdict {
  if (earlier?.code === 'session-taken-over' || earlier?.code === 'client-id-in-use') {
    return { tone: 'warn', ...takenOverWords(context), technical: earlier.technical };
  }
  if (earlier?.code === 'keep-alive-timeout') {
    const words = keepAliveWords(context);
    const text = `Everything works now. The connection was lost earlier: ${earlier.title} ${words.text}`;
    return {
      tone: 'warn',
      ...words,
      title: 'It works now, but the connection was lost earlier.',
      text,
      technical: earlier.technical,
    };
  }
  if (earlier?.largeWillBytes !== undefined)
    return {
      tone: 'warn',
      ...largeWillWords(earlier, earlier.largeWillBytes),
      technical: earlier.technical,
    };
  if (earlier?.code === 'refused-by-server' && context.profile.will !== null)
    return { tone: 'warn', ...willWords(earlier), technical: earlier.technical };
  return {
    tone: 'good',
    title: 'Everything works.',
    text:
      earlier === null
        ? `${addressOf(context)} can be reached, and it lets this connection do what it is set to do.`
        : `What failed before (“${earlier.title}”) did not happen in this test. Connect again.`,
    causes: [],
    fixes: [],
    technical: '',
  };
}

function largeWillWords({ title }: ConnectionFailure, bytes: number): Words {
  return {
    title: 'The test works, but the broker hung up on the connection itself.',
    text: `The connection sends a last will of ${formatCount(bytes)} bytes along, and this test does not. What happened before: ${title}`,
    causes: [
      'With the last will the greeting (CONNECT) is larger than the broker takes.',
      'The broker does not allow the topic, the QoS or the retain flag of the last will.',
    ],
    fixes: [openSettings('Edit the last will', 'will')],
  };
}

/** The test sends no last will, which a cut connection would set off: so it says nothing about one. */
function willWords({ title }: ConnectionFailure): Words {
  return {
    title: 'The test works, but the connection itself was refused.',
    text: `The connection sends a last will along, and this test does not. The broker said before: ${title}`,
    causes: ['The broker does not allow the topic, the QoS or the retain flag of the last will.'],
    fixes: [openSettings('Edit the last will', 'will')],
  };
}
