import { addressOf } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import { hexCode, reasonWords } from '../reason-codes';
import { connackMeaning } from '../connack-words';
import type { Finding, FindingContext } from './finding';
import { openSettings, type Words } from './network-words';
import { serverOfReference } from './server-reference';

type FindingOf<Kind extends Finding['kind']> = Extract<Finding, { kind: Kind }>;

const SIGN_IN = openSettings('Edit username and password', 'sign-in');
const NO_CLIENT_ID: DoctorFix = {
  kind: 'change',
  label: 'Leave the client id empty',
  change: { clientId: '' },
  confirm: null,
};

export function webSocketWords(
  { status, better }: FindingOf<'websocket'>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  const path = context.path === '' ? '/' : context.path;
  const edit = openSettings('Edit the path', 'general');
  if (better !== null) {
    return {
      title: `There is no broker at the path ${path}, but there is one at ${better}.`,
      text: `A WebSocket is reached through a path, as a web page is. ${address} answered at ${better}.`,
      causes: [`The path of the connection is wrong: it should be ${better}.`],
      fixes: [
        {
          kind: 'change',
          label: `Set the path to ${better}`,
          change: { path: better },
          confirm: null,
        },
        edit,
      ],
    };
  }
  if (status === 401 || status === 403) {
    return {
      title: `${address} does not allow the WebSocket at ${path}.`,
      text: `The web server answered that access is not allowed (HTTP ${String(status)}). The broker itself was not asked.`,
      causes: [
        'A server in front of the broker wants a sign-in of its own.',
        'It lets only certain addresses or web sites in.',
        `The path ${path} belongs to something else.`,
      ],
      fixes: [edit],
    };
  }
  if (status === 502 || status === 503 || status === 504) {
    return {
      title: `The server at ${address} cannot reach the broker behind it.`,
      text: `A web server stands in front of the broker and answered that the broker is out of reach (HTTP ${String(status)}).`,
      causes: ['The broker is not running.', 'The web server passes on to the wrong place.'],
      fixes: [],
    };
  }
  return {
    title: `${address} did not open a WebSocket at the path ${path}.`,
    text:
      status === null
        ? 'It answered, but not as the agreement on a WebSocket for MQTT wants it.'
        : `The web server answered with HTTP ${String(status)}. A broker was not found at /mqtt, /ws or / either.`,
    causes: [
      `The path is wrong: the broker’s operator can tell you the right one.`,
      'The broker’s WebSocket listener is on another port.',
      'The server does not offer MQTT over WebSocket (the subprotocol mqtt).',
    ],
    fixes: [
      ...(path === '/mqtt'
        ? []
        : [
            {
              kind: 'change',
              label: 'Set the path to /mqtt',
              change: { path: '/mqtt' },
              confirm: null,
            } as const,
          ]),
      edit,
    ],
  };
}

export function closedWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} hung up when this program introduced itself.`,
    text: 'The broker’s port is reached and speaks no other protocol, but it closes the connection right after the greeting (CONNECT), without a reason.',
    causes: [
      context.hasUsername
        ? 'The username or password is wrong: some brokers hang up instead of saying so.'
        : 'The broker wants a username and password, and none is set: some brokers hang up instead of saying so.',
      'The client id is not allowed, or must have a certain form.',
      `The broker does not speak MQTT ${context.version}.`,
      'The broker, or something in front of it, lets only certain addresses in.',
    ],
    fixes: [SIGN_IN, ...clientIdFixes(context), ...otherVersion(context)],
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
    fixes: [openSettings('Edit protocol and port', 'general')],
  };
}

export function notMqttWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} does not answer as an MQTT broker.`,
    text: 'Something came back, but it is not MQTT.',
    causes: [
      'Another program listens on this port.',
      'The protocol (mqtt, mqtts, ws, wss) is not the one that this port expects.',
    ],
    fixes: [openSettings('Edit protocol and port', 'general')],
  };
}

export function connackWords(finding: FindingOf<'connack'>, context: FindingContext): Words {
  const { version, code, reasonString } = finding;
  const address = addressOf(context);
  const { reason, title, text } = connackMeaning(version, code, address);
  return withReason({ title, text, ...connackHelp(reason, finding, context) }, reasonString);
}

type Help = Pick<Words, 'causes' | 'fixes'>;

function connackHelp(
  reason: number,
  { serverReference }: FindingOf<'connack'>,
  context: FindingContext,
): Help {
  switch (reason) {
    case 0x01:
    case 0x84:
      return {
        causes: [
          `The broker is older than MQTT ${context.version}, or that version is switched off there.`,
        ],
        fixes: [...otherVersion(context), openSettings('Edit the MQTT version', 'mqtt')],
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
          'The broker is starting, restarting or overloaded: try again in a moment.',
          'It has as many connections as its licence or its settings allow.',
        ],
        fixes: [],
      };
    case 0x90:
    case 0x99:
    case 0x9a:
    case 0x9b:
    case 0x95:
      return {
        causes: [
          'The last will of the connection (topic, payload, QoS or retain) is not what the broker allows.',
        ],
        fixes: [openSettings('Edit the last will', 'mqtt')],
      };
    case 0x9c:
    case 0x9d:
      return redirectHelp(serverReference, context);
    default:
      return {
        causes: [
          'The broker’s log says more: look there for the time and the client id of this test.',
          'The client id, the username or an option of the connection is not what the broker expects.',
        ],
        fixes: [SIGN_IN, openSettings('Edit the MQTT settings', 'mqtt')],
      };
  }
}

function clientIdHelp(context: FindingContext): Help {
  if (context.clientId !== '' && !context.usedClientId) {
    return {
      causes: [
        `The test used a client id of its own, and this broker allows only certain ones. Test again with the connection’s: “${context.clientId}”.`,
      ],
      fixes: [useClientId(context), openSettings('Edit the client id', 'mqtt')],
    };
  }
  return {
    causes: [
      'The broker allows only certain client ids: its operator can tell you yours.',
      'The client id is too long, or has characters that the broker does not take.',
    ],
    fixes: [
      openSettings('Edit the client id', 'mqtt'),
      ...(context.clientId === '' ? [] : [NO_CLIENT_ID]),
    ],
  };
}

function useClientId({ clientId }: FindingContext): DoctorFix {
  return {
    kind: 'use-client-id',
    label: 'Test with the connection’s client id',
    confirm: `A broker lets each client id in once. If “${clientId}” is connected now, here or elsewhere, it is thrown out by this test.`,
  };
}

function clientIdFixes(context: FindingContext): DoctorFix[] {
  return context.clientId !== '' && !context.usedClientId ? [useClientId(context)] : [];
}

function signInHelp(reason: number, context: FindingContext): Help {
  const { hasUsername, hasPassword } = context;
  const first = !hasUsername
    ? 'The broker wants a username and a password, and none is set.'
    : !hasPassword
      ? 'No password was sent: none is stored for this connection. Enter it.'
      : 'The username or the password is wrong. Both are case-sensitive; look for a space at the end.';
  return {
    causes: [
      first,
      ...(reason === 0x87
        ? [
            'Many brokers, Mosquitto among them, give this answer to a wrong password. If both are right, the broker’s access rules keep this client out.',
          ]
        : ['The user was deleted or locked on the broker.']),
      ...(context.clientId !== '' && !context.usedClientId
        ? ['The broker ties users to client ids, and the test used a client id of its own.']
        : []),
    ],
    fixes: [SIGN_IN, ...clientIdFixes(context)],
  };
}

/** The address comes from the server: nothing goes there before a person has agreed to it. */
function redirectHelp(serverReference: string, context: FindingContext): Help {
  const server = serverOfReference(serverReference, context.port);
  if (server === null) {
    return {
      causes: ['The broker did not say which one to use. Its operator knows.'],
      fixes: [openSettings('Edit host and port', 'general')],
    };
  }
  const secrets = context.hasUsername
    ? 'the username and password of this connection'
    : 'the client id';
  return {
    causes: [
      `The broker was moved, or shares its clients with others. It names ${addressOf(server)} instead.`,
    ],
    fixes: [
      {
        kind: 'change',
        label: `Use ${addressOf(server)}`,
        change: server,
        confirm: `From then on ${secrets} will be sent to ${addressOf(server)}. Agree only when you know that server.`,
      },
      openSettings('Edit host and port', 'general'),
    ],
  };
}

function otherVersion({ version, isAutomaticVersion }: FindingContext): DoctorFix[] {
  if (isAutomaticVersion) return [];
  const other = version === '5' ? '3.1.1' : '5';
  return [
    { kind: 'change', label: `Use MQTT ${other}`, change: { version: other }, confirm: null },
  ];
}

export function withReason(words: Words, reasonString: string): Words {
  if (reasonString === '') return words;
  return { ...words, text: `${words.text} The broker said: “${reasonString}”.` };
}

export function disconnectedWords(
  { code, reasonString, serverReference }: FindingOf<'disconnected'>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  const words = ((): Words => {
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
          causes: [
            code === 0x87
              ? 'The broker’s access rules do not allow something that was asked for, perhaps a subscription.'
              : 'The broker’s log says more: look there for the time and the client id of this test.',
          ],
          fixes: [
            openSettings('Edit the MQTT settings', 'mqtt'),
            { kind: 'open-settings', label: 'Edit the subscriptions', section: 'subscriptions' },
          ],
        };
    }
  })();
  return withReason(words, reasonString);
}

export function takenOverWords(context: FindingContext): Words {
  return {
    title: 'Another client connected with the same client id and took over.',
    text: 'A broker lets each client id in only once: who comes second throws the first one out. Two programs with the same id keep throwing each other out.',
    causes: [
      'The same connection is open in another window, on another computer, or on a device.',
      'A device or program has the same client id by mistake.',
    ],
    fixes: [
      ...(context.clientId === '' ? [] : [NO_CLIENT_ID]),
      openSettings('Edit the client id', 'mqtt'),
    ],
  };
}

export function keepAliveWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} stopped answering, or heard nothing for too long.`,
    text: 'Both sides of a connection show each other now and then that they are still there (keep alive). One of the two did not come through.',
    causes: [
      'The network was lost for a while: Wi-Fi, mobile network, VPN, or the computer was asleep.',
      'A firewall on the way forgets connections that are quiet. A shorter keep alive, for example 30 s, helps.',
      'The broker hangs or is overloaded.',
    ],
    fixes: [
      { kind: 'change', label: 'Set keep alive to 30 s', change: { keepAlive: 30 }, confirm: null },
      openSettings('Edit the keep alive', 'mqtt'),
    ],
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
    fixes: [
      { kind: 'open-settings', label: 'Edit the subscriptions', section: 'subscriptions' },
      SIGN_IN,
    ],
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
    title: `${addressOf(context)} hung up when it was asked for the subscriptions.`,
    text: 'The broker let this program in, but closed the connection when the topic filters were sent.',
    causes: [
      'The broker’s access rules do not allow one of the filters, and it hangs up instead of refusing it (AWS IoT does so).',
      context.filters.includes('#')
        ? 'Filters such as # (everything) are often not allowed: subscribe to the topics that you need.'
        : 'One of the filters is too wide, or of a kind that the broker does not support.',
    ],
    fixes: [{ kind: 'open-settings', label: 'Edit the subscriptions', section: 'subscriptions' }],
  };
}

export function notReturnedWords(subscribed: boolean): Words {
  return subscribed
    ? {
        title: 'The broker took the test message, but did not send it back.',
        text: 'The broker confirmed that it has the message. It was not delivered to this client, which had subscribed to that topic.',
        causes: [
          'The broker’s access rules drop the message silently: this user may not publish there, or may not read there.',
          'The broker hands messages on to another system and does not distribute them itself.',
        ],
        fixes: [SIGN_IN],
      }
    : {
        title: 'The test message could not be received back.',
        text: 'The broker did not allow the subscription to the topic of the test (mqtt-loupe/doctor/…). The connection itself is fine.',
        causes: [
          'The broker’s access rules allow only certain topics. That matters only if you want to use others.',
        ],
        fixes: [],
      };
}

export function publishRefusedWords(code: number): Words {
  return {
    title: 'The broker does not let this client publish the test message.',
    text: `It answered: ${reasonWords(code)} (${hexCode(code)}). The connection itself is fine, and reading works.`,
    causes: [
      'This user may not publish to the topic of the test (mqtt-loupe/doctor/…): normal for users who only read.',
    ],
    fixes: [SIGN_IN],
  };
}
