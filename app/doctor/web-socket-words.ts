import { addressOf } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import type { FindingContext } from './finding';
import { changeFix, openSettings, type FindingOf, type Words } from './words';

const EDIT_PATH = openSettings('Edit the path', 'general');
const EDIT_WEB_SOCKET = openSettings('Edit the WebSocket settings', 'web-socket');

const pathOf = ({ path }: FindingContext): string => (path === '' ? '/' : path);

export function webSocketWords(finding: FindingOf<'websocket'>, context: FindingContext): Words {
  const { status, better } = finding;
  if (better !== null) return elsewhereWords(better, context);
  if (status === 401 || status === 403) return forbiddenWords(status, context);
  if (status === 502 || status === 503 || status === 504) return badGatewayWords(status, context);
  return notOpenedWords(status, context);
}

function elsewhereWords(better: string, context: FindingContext): Words {
  const path = pathOf(context);
  return {
    title: `There is no broker at the path ${path}, but there is one at ${better}.`,
    text: `As a web page, a WebSocket has a path behind host and port. ${addressOf(context)} opened one for MQTT at ${better}.`,
    causes: [`The path of the connection is wrong: it should be ${better}.`],
    fixes: [changeFix(`Set the path to ${better}`, { path: better }), EDIT_PATH],
  };
}

function forbiddenWords(status: number, context: FindingContext): Words {
  const path = pathOf(context);
  return {
    title: `${addressOf(context)} does not allow the WebSocket at ${path}.`,
    text: `The web server in front of the broker refused access (HTTP ${String(status)}). The broker itself was not asked, so its username and password play no part yet.`,
    causes: [
      context.hasAuthorization
        ? 'The web server does not accept what is set under “Authorization”: it is wrong, or has expired.'
        : 'The web server wants a sign-in of its own: a header, which is set under “Authorization”.',
      'It wants other headers (an API key, a tenant, an Origin) that are missing or wrong.',
      'It lets only certain addresses in.',
      `The path ${path} belongs to something else.`,
    ],
    fixes: [openSettings('Edit headers and authorization', 'web-socket'), EDIT_PATH],
  };
}

function badGatewayWords(status: number, context: FindingContext): Words {
  return {
    title: `The web server at ${addressOf(context)} cannot reach the broker behind it.`,
    text: `It was reached, and answered that the broker to which it passes on does not answer it (HTTP ${String(status)}). Nothing is wrong on this computer.`,
    causes: [
      'The broker is not running.',
      'The web server passes on to the wrong place: its operator has to look there.',
    ],
    fixes: [],
  };
}

function notOpenedWords(status: number | null, context: FindingContext): Words {
  const path = pathOf(context);
  return {
    title: `${addressOf(context)} did not open a WebSocket at the path ${path}.`,
    text:
      status === null
        ? 'Something answered, but broke off before the WebSocket was open.'
        : `The web server answered with HTTP ${String(status)}. There is no broker at ${otherPaths(path)} either.`,
    causes: [
      'The path is wrong: the broker’s operator can tell you the right one.',
      'The broker’s WebSocket listener is on another port.',
      'The web server is not set up to pass WebSockets on.',
    ],
    fixes: [...usualPath(path), EDIT_PATH],
  };
}

/** Those that were tried besides. */
function otherPaths(path: string): string {
  const others = ['/mqtt', '/ws', '/'].filter((one) => one !== path);
  return others.length === 3 ? '/mqtt, /ws or /' : others.join(' or ');
}

function usualPath(path: string): DoctorFix[] {
  if (path === '/mqtt') return [];
  return [changeFix('Set the path to /mqtt', { path: '/mqtt' })];
}

/** The two sides do not agree on what is spoken over the WebSocket (RFC 6455 §1.9). */
export function subprotocolWords(
  { asked }: FindingOf<'subprotocol'>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  const usual: DoctorFix[] =
    asked === 'mqtt'
      ? []
      : [
          changeFix('Ask for the subprotocol mqtt', {
            webSocket: { ...context.profile.webSocket, subprotocol: 'mqtt' },
          }),
        ];
  return {
    title: `${address} does not speak “${asked}” over its WebSocket.`,
    text: 'When a WebSocket is opened, both sides agree on what is spoken over it (the subprotocol). The server did not confirm the one that this connection asks for.',
    causes: [
      ...(asked === 'mqtt' ? [] : ['The subprotocol is wrong: nearly all brokers want mqtt.']),
      ...(asked === 'mqtt'
        ? ['There is a WebSocket at this path, but not the broker’s: the path is wrong.']
        : []),
      'The broker is old and wants another word (mqttv3.1), or none at all: leave the field empty then.',
    ],
    fixes: [...usual, EDIT_WEB_SOCKET, ...(asked === 'mqtt' ? [EDIT_PATH] : [])],
  };
}
