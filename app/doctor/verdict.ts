import { addressOf } from '../broker-address';
import type { ConnectionFailure } from '../connection';
import type { DoctorVerdict } from '../contract-doctor';
import { assertNever } from '../errors';
import type { Finding, FindingContext } from './finding';
import {
  closedOnSubscribeWords,
  closedWords,
  connackWords,
  disconnectedWords,
  keepAliveWords,
  noConnackWords,
  notMqttWords,
  notReturnedWords,
  publishRefusedWords,
  refusedSubscriptionWords,
  takenOverWords,
  webSocketWords,
} from './mqtt-words';
import {
  lookupFailedWords,
  nothingListeningWords,
  offlineWords,
  openSettings,
  portSilentWords,
  proxyWords,
  speaksWords,
  unknownHostWords,
  unreachableWords,
  type Words,
} from './network-words';
import {
  alpnWords,
  certificateWords,
  clientCertificateWords,
  handshakeWords,
  tlsCutWords,
  tlsSilentWords,
  tlsVersionWords,
} from './tls-words';

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
    case 'proxy':
      return proxyWords(finding, context);
    case 'speaks':
      return speaksWords(finding.speech, context);
    case 'certificate':
      return certificateWords(finding, context);
    case 'client-certificate':
      return clientCertificateWords(finding.problem, context);
    case 'tls-version':
      return tlsVersionWords(context);
    case 'alpn':
      return alpnWords(finding, context);
    case 'tls-handshake':
      return handshakeWords(finding.hasClientCertificate, context);
    case 'tls-cut':
      return tlsCutWords(context);
    case 'tls-silent':
      return tlsSilentWords(context);
    case 'websocket':
      return webSocketWords(finding, context);
    case 'websocket-cut':
      return webSocketWords({ ...finding, kind: 'websocket', status: null, better: null }, context);
    case 'sign-in':
      return signInWords(finding.message);
    case 'closed-after-connect':
      return closedWords(context);
    case 'no-connack':
      return noConnackWords(finding, context);
    case 'not-mqtt':
      return notMqttWords(context);
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
      return unansweredWords(finding.kind, context);
    case 'no-pong':
      return keepAliveWords(context);
    case 'connection-lost':
      return lostWords(context);
    case 'publish-refused':
      return publishRefusedWords(finding.code);
    case 'closed-on-publish':
      return closedOnPublishWords(context);
    case 'not-returned':
      return notReturnedWords(finding.subscribed);
    case 'internal':
      return {
        title: 'The test itself failed.',
        text: 'Something went wrong in this program, not with the broker. The technical text says what.',
        causes: [],
        fixes: [],
      };
    default:
      return assertNever(finding);
  }
}

function signInWords(message: string): Words {
  return {
    title: 'There is nothing to sign in with.',
    text: `The broker was reached, but was not greeted: ${message}.`,
    causes: ['The way to sign in is not set up completely, or its login server refused it.'],
    fixes: [openSettings('Edit the sign-in', 'sign-in')],
  };
}

function unansweredWords(kind: 'no-suback' | 'no-puback', context: FindingContext): Words {
  const what = kind === 'no-suback' ? 'the subscriptions' : 'the test message';
  return {
    title: `${addressOf(context)} did not answer to ${what}.`,
    text: 'The broker let this program in, and then did not answer in time.',
    causes: [
      'The broker is overloaded, or waits for another system where it checks rights.',
      'Something between drops part of what is sent.',
    ],
    fixes: [],
  };
}

function lostWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} closed the connection without a word.`,
    text: 'The broker let this program in, and a moment later the connection was gone.',
    causes: [
      'Another client uses the same client id: the two throw each other out.',
      'The broker was stopped or restarted just now.',
      'The broker’s access rules do not allow something, and it hangs up instead of saying so.',
    ],
    fixes: [openSettings('Edit the client id', 'mqtt')],
  };
}

function closedOnPublishWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} hung up when the test message was published.`,
    text: 'Reading works. When this program published to the topic of the test (mqtt-loupe/doctor/…), the broker closed the connection.',
    causes: [
      'This user may not publish there, and the broker hangs up instead of refusing it (AWS IoT does so). That is normal for users who only read.',
    ],
    fixes: [openSettings('Edit username and password', 'sign-in')],
  };
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
