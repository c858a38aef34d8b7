import { addressOf } from '../broker-address';
import { connackMeaning } from '../connack-words';
import { clientIdFixes, clientIdHelp } from './client-id-words';
import type { FindingContext } from './finding';
import { otherVersion, redirectHelp, type Help } from './redirect-words';
import { signInHelp } from './sign-in-words';
import {
  EDIT_PORT,
  EDIT_SIGN_IN,
  openSettings,
  withReason,
  type FindingOf,
  type Words,
} from './words';

export function closedWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} closed the connection instead of answering the sign-in.`,
    text: 'The port was reached, and it speaks no other protocol that is known here. But the connection is closed right after the greeting (CONNECT), without a reason.',
    causes: [
      context.hasUsername
        ? 'The username or password is wrong: some brokers close the connection instead of saying so.'
        : 'The broker wants a username and password, and none is set: some brokers close the connection instead of saying so.',
      'The client id is not allowed, or must have a certain form.',
      context.isAutomaticVersion
        ? 'The broker speaks none of the versions of MQTT that were tried: 5, 3.1.1 and 3.1.'
        : `The broker does not speak MQTT ${context.version}.`,
      'The broker, or something in front of it, lets only certain addresses in.',
    ],
    fixes: [EDIT_SIGN_IN, ...clientIdFixes(context), ...otherVersion(context)],
  };
}

export function noConnackWords(
  { afterMs }: FindingOf<'no-connack'>,
  context: FindingContext,
): Words {
  return {
    title: `${addressOf(context)} takes the connection, but does not answer.`,
    text: `The greeting (CONNECT) was sent, and nothing came back within ${String(Math.round(afterMs / 1000))} s.`,
    causes: [
      'Another program than a broker listens on this port.',
      'The broker hangs, or waits for the system where it checks users.',
      'A server in front of the broker takes connections although the broker itself is down.',
    ],
    fixes: [EDIT_PORT],
  };
}

export function notMqttWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} does not answer as an MQTT broker.`,
    text: 'Something came back, but it is not MQTT. The first bytes of it stand below.',
    causes: [
      'Another program listens on this port.',
      'The protocol (mqtt, mqtts, ws, wss) is not the one that this port expects.',
    ],
    fixes: [EDIT_PORT],
  };
}

export function connackWords(finding: FindingOf<'connack'>, context: FindingContext): Words {
  const { version, code, reasonString } = finding;
  const address = addressOf(context);
  const { reason, title, text } = connackMeaning(version, code, address);
  return withReason({ title, text, ...connackHelp(reason, finding, context) }, reasonString);
}

const LOG_SAYS_MORE =
  'The broker’s log says more: look there for the time and the client id of this test.';

function connackHelp(
  reason: number,
  { serverReference }: FindingOf<'connack'>,
  context: FindingContext,
): Help & { readonly text?: string } {
  switch (reason) {
    case 0x01:
    case 0x84:
      return {
        causes: [
          context.isAutomaticVersion
            ? 'The broker refused every version: MQTT 5, 3.1.1 and 3.1 were tried. Its operator knows what it takes.'
            : `The broker is older than MQTT ${context.version}, or that version is switched off there.`,
        ],
        fixes: [...otherVersion(context), openSettings('Edit the MQTT version', 'mqtt')],
      };
    case 0x81:
    case 0x82:
      return {
        causes: [
          `The broker reads MQTT ${context.version} differently than this program: another version often helps.`,
          LOG_SAYS_MORE,
        ],
        fixes: [...otherVersion(context), openSettings('Edit the MQTT settings', 'mqtt')],
      };
    case 0x02:
    case 0x85:
      return clientIdHelp(context);
    case 0x86:
    case 0x8c:
    case 0x87:
      return signInHelp(reason, context);
    case 0x8a:
      return {
        causes: [
          'The operator has put this client, user or address on a list of those who are kept out.',
          'Too many wrong sign-ins came from here: many brokers then let nobody in for some minutes.',
        ],
        fixes: clientIdFixes(context),
      };
    case 0x88:
    case 0x89:
    case 0x97:
    case 0x9f:
      return {
        causes: [
          'The broker is starting, restarting or overloaded: test again in a moment.',
          'It has as many connections as its licence or its settings allow.',
        ],
        fixes: [],
      };
    case 0x95:
      return {
        text: 'The greeting (CONNECT) has the client id, the username and the password or token in it. Together they are larger than the broker takes.',
        causes: ['The password or token is very long.', LOG_SAYS_MORE],
        fixes: [EDIT_SIGN_IN],
      };
    case 0x90:
    case 0x99:
    case 0x9a:
    case 0x9b:
      return {
        text: 'The broker answers so to a last will that it does not accept. This test sends none, so it means something else.',
        causes: [LOG_SAYS_MORE],
        fixes: [openSettings('Edit the MQTT settings', 'mqtt')],
      };
    case 0x9c:
    case 0x9d:
      return redirectHelp(serverReference, context);
    default:
      return {
        causes: [
          LOG_SAYS_MORE,
          'The client id, the username or an option of the connection is not what the broker expects.',
        ],
        fixes: [EDIT_SIGN_IN, openSettings('Edit the MQTT settings', 'mqtt')],
      };
  }
}
