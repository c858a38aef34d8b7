import { addressOf } from '../broker-address';
import { hexCode, reasonWords } from '../reason-codes';
import { takenOverWords } from './client-id-words';
import type { FindingContext } from './finding';
import { otherVersion, redirectHelp, type Help } from './redirect-words';
import {
  changeFix,
  EDIT_SIGN_IN,
  EDIT_SUBSCRIPTIONS,
  openSettings,
  withReason,
  type FindingOf,
  type Words,
} from './words';

export function disconnectedWords(
  finding: FindingOf<'disconnected'>,
  context: FindingContext,
): Words {
  return withReason(disconnectWords(finding, context), finding.reasonString);
}

function disconnectWords(
  { code, serverReference }: FindingOf<'disconnected'>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  switch (code) {
    case 0x8e:
      return takenOverWords(context);
    case 0x8d:
      return keepAliveWords(context);
    case 0x9c:
    case 0x9d:
      return {
        title: `${address} sends its clients to another server.`,
        text: 'The broker let this program in and then closed the connection, because another server is responsible.',
        ...redirectHelp(serverReference, context),
      };
    default:
      return {
        title: `${address} closed the connection: ${reasonWords(code)}.`,
        text: 'The broker let this program in, and then ended the connection on its own.',
        ...disconnectHelp(code),
      };
  }
}

function disconnectHelp(code: number): Help {
  switch (code) {
    case 0x87:
      return {
        causes: [
          'The broker’s access rules do not allow something that was asked for, most likely a subscription.',
        ],
        fixes: [EDIT_SUBSCRIPTIONS, EDIT_SIGN_IN],
      };
    case 0x89:
    case 0x8b:
      return {
        causes: [
          'The broker is being stopped or restarted, or is overloaded: test again in a moment.',
        ],
        fixes: [],
      };
    case 0x98:
      return {
        causes: ['The broker’s operator, or a rule of theirs, ended the connection: ask there.'],
        fixes: [],
      };
    case 0x96:
    case 0x97:
      return {
        causes: [
          'The broker’s limits for this client are used up: fewer messages, connections or subscriptions are allowed.',
        ],
        fixes: [EDIT_SUBSCRIPTIONS],
      };
    default:
      return {
        causes: [
          'The broker’s log says more: look there for the time and the client id of this test.',
        ],
        fixes: [openSettings('Edit the MQTT settings', 'mqtt'), EDIT_SUBSCRIPTIONS],
      };
  }
}

const SHORT_KEEP_ALIVE_SECONDS = 30;

export function keepAliveWords(context: FindingContext): Words {
  const { keepAlive } = context.profile;
  const isLong = keepAlive === 0 || keepAlive > SHORT_KEEP_ALIVE_SECONDS;
  return {
    title: `${addressOf(context)} stopped answering, or heard nothing for too long.`,
    text: 'Both sides of a connection tell each other now and then that they are still there (keep alive). That did not arrive in time.',
    causes: [
      'The network was lost for a while: Wi-Fi, mobile network, VPN, or the computer was asleep.',
      ...(isLong
        ? [
            'A firewall on the way forgets connections that are quiet. A shorter keep alive, for example 30 s, helps.',
          ]
        : []),
      'The broker hangs or is overloaded.',
    ],
    fixes: [
      ...(isLong
        ? [changeFix('Set keep alive to 30 s', { keepAlive: SHORT_KEEP_ALIVE_SECONDS })]
        : []),
      openSettings('Edit the keep alive', 'mqtt'),
    ],
  };
}

/** In the test itself, where no network had the time to get lost. */
export function noPongWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} does not answer when it is asked whether it is still there.`,
    text: 'The broker let this program in. Both sides of a connection have to tell each other now and then that they are still there (keep alive), and the broker did not do so.',
    causes: [
      'The broker hangs or is overloaded: test again in a moment.',
      'Something between drops part of what is sent.',
    ],
    fixes: [],
  };
}

/** A broker that was spoken to as one, and then sent what it may not. */
export function malformedWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} sent something that is not valid MQTT.`,
    text: 'It answers as a broker, and then sent what the rules of MQTT do not allow. Nothing that comes after it can be trusted.',
    causes: [
      'The broker has a fault: its maker can use the technical text. The page Packets shows every byte of the connection.',
      'Something between this computer and the broker changes the data.',
    ],
    fixes: otherVersion(context),
  };
}

export function refusedSubscriptionWords(
  { refused }: FindingOf<'subscriptions-refused'>,
  context: FindingContext,
): Words {
  const isAll = refused.length === context.filters.length;
  const [first] = refused;
  const one = refused.length === 1;
  return {
    title: one
      ? `The broker refused the subscription ${first?.filter ?? ''}.`
      : `The broker refused ${isAll ? 'all' : String(refused.length)} subscriptions.`,
    text: `${isAll ? 'The connection is fine, but no messages will arrive.' : 'The connection is fine, and the other subscriptions work; messages under these do not arrive.'} ${reasonsOf(refused)}`,
    causes: [
      'The broker’s access rules (ACL) do not allow this user to read there.',
      ...(refused.some(({ filter }) => filter === '#')
        ? ['Many brokers do not allow # (everything): subscribe to the topics that you need.']
        : []),
      ...(refused.some(({ filter }) => filter.startsWith('$SYS'))
        ? ['$SYS, the broker’s own figures, is often for administrators only.']
        : []),
    ],
    fixes: [EDIT_SUBSCRIPTIONS, EDIT_SIGN_IN],
  };
}

function reasonsOf(refused: FindingOf<'subscriptions-refused'>['refused']): string {
  const codes = [...new Set(refused.map(({ code }) => code))].filter((code) => code !== 0x80);
  if (codes.length === 0) return 'The broker gave no reason.';
  const words = codes.map((code) => `${reasonWords(code)} (${hexCode(code)})`).join(', ');
  return `The reason that it gave: ${words}.`;
}

export function closedOnSubscribeWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} closed the connection when it was asked for the subscriptions.`,
    text: 'The broker let this program in, but closed the connection when the topic filters were sent.',
    causes: [
      'The broker’s access rules do not allow one of the filters, and it closes the connection instead of refusing it (AWS IoT does so).',
      context.filters.includes('#')
        ? 'Filters such as # (everything) are often not allowed: subscribe to the topics that you need.'
        : 'One of the filters is too wide, or of a kind that the broker does not support.',
    ],
    fixes: [EDIT_SUBSCRIPTIONS],
  };
}

export function unansweredWords(
  { kind }: FindingOf<'no-suback' | 'no-puback'>,
  context: FindingContext,
): Words {
  const what = kind === 'no-suback' ? 'the subscriptions' : 'the test message';
  return {
    title: `${addressOf(context)} did not answer ${what}.`,
    text: 'The broker let this program in, and then did not answer in time.',
    causes: [
      'The broker is overloaded, or waits for another system where it checks rights.',
      'Something between drops part of what is sent.',
    ],
    fixes: [],
  };
}

export function lostWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} closed the connection without a reason.`,
    text: 'The broker let this program in, and a moment later the connection was gone.',
    causes: [
      ...(context.usedClientId
        ? ['Another client uses the same client id: the two throw each other out.']
        : []),
      'The broker was stopped or restarted just now.',
      'The broker’s access rules do not allow something, and it closes the connection instead of saying so.',
    ],
    fixes: context.usedClientId ? [openSettings('Edit the client id', 'mqtt')] : [],
  };
}
