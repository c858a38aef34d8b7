import { addressOf, usesTls } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import { DEFAULT_PORTS, type Protocol } from '../profile';
import type { FindingContext, PortSpeech } from './finding';
import { changeFix, EDIT_PORT, openSettings, type Words } from './words';

export const PROTOCOL_WORDS: Readonly<Record<Protocol, string>> = {
  mqtt: 'MQTT without encryption (mqtt)',
  mqtts: 'MQTT with encryption (mqtts)',
  ws: 'MQTT over WebSocket (ws)',
  wss: 'MQTT over an encrypted WebSocket (wss)',
  unix: 'MQTT over a socket of this computer',
};

/** The port speaks something else than the settings say. */
export function speaksWords(speech: PortSpeech, context: FindingContext): Words {
  const address = addressOf(context);
  switch (speech.kind) {
    case 'broker':
      return brokerSpeechWords(speech, context);
    case 'web':
      return {
        title: `${address} is a web server, not an MQTT broker.`,
        text: `It answers as web pages do. A broker may still be behind it, at a path of its own; it is not at ${triedPaths(context)}.`,
        causes: [
          'The port belongs to another program on the broker’s host, for example its web interface.',
          'The broker is reached through WebSocket, at a path that its operator can tell you.',
        ],
        fixes: [...usualPort(context), openSettings('Edit port and path', 'general')],
      };
    case 'tls':
      return {
        title: `${address} expects an encrypted connection.`,
        text: 'It answers when it is spoken to with encryption (TLS). Whether a broker is behind it could not be seen.',
        causes: [
          `The connection is set to ${context.protocol}, which has no encryption, and this port wants it.`,
        ],
        fixes: [
          protocolFix(context.protocol === 'ws' ? 'wss' : 'mqtts', context.path, context),
          openSettings('Edit the protocol', 'general'),
        ],
      };
  }
}

function triedPaths({ path }: FindingContext): string {
  const usual = ['/mqtt', '/ws', '/'];
  const all = path === '' || usual.includes(path) ? usual : [path, ...usual];
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`;
}

function brokerSpeechWords(
  { protocol, path }: Extract<PortSpeech, { kind: 'broker' }>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  const wantsTls = usesTls({ protocol });
  const usual = DEFAULT_PORTS[context.protocol];
  const encryption = wantsTls === usesTls(context) ? null : wantsTls;
  const title =
    encryption === true
      ? `${address} expects an encrypted connection.`
      : encryption === false
        ? `${address} does not use encryption.`
        : protocol.startsWith('ws')
          ? `${address} expects MQTT over WebSocket.`
          : `${address} expects MQTT without WebSocket.`;
  return {
    title,
    text: `A broker answers there when it is spoken to as ${PROTOCOL_WORDS[protocol]}; the connection is set to ${context.protocol}.`,
    causes: [
      `The connection has the wrong protocol for port ${String(context.port)}.`,
      ...(context.port === usual
        ? []
        : [
            `Or the protocol is right and the port is wrong: ${context.protocol} usually uses ${String(usual)}.`,
          ]),
    ],
    fixes: [protocolFix(protocol, path, context), EDIT_PORT],
  };
}

function protocolFix(protocol: Protocol, path: string, context: FindingContext): DoctorFix {
  const isWebSocket = protocol.startsWith('ws');
  const losesEncryption = usesTls(context) && !usesTls({ protocol });
  return changeFix(
    `Switch to ${protocol}${isWebSocket && path !== context.path ? ` with the path ${path}` : ''}`,
    isWebSocket ? { protocol, path } : { protocol },
    losesEncryption
      ? 'Without encryption, the username, the password and all messages can be read by anybody on the way. Use it only in a network that you trust.'
      : null,
  );
}

function usualPort(context: FindingContext): DoctorFix[] {
  const protocol = usesTls(context) ? 'mqtts' : 'mqtt';
  const port = DEFAULT_PORTS[protocol];
  if (context.port === port) return [];
  return [changeFix(`Use ${protocol} on port ${String(port)}`, { protocol, port })];
}
