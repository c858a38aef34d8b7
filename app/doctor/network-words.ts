import { addressOf, usesTls } from '../broker-address';
import type { DoctorFix, DoctorVerdict } from '../contract-doctor';
import { DEFAULT_PORTS, type Protocol } from '../profile';
import type { Finding, FindingContext, OpenPort, PortSpeech } from './finding';

export type Words = Omit<DoctorVerdict, 'tone' | 'technical'>;
type FindingOf<Kind extends Finding['kind']> = Extract<Finding, { kind: Kind }>;

export function openSettings(label: string, section: 'general' | 'sign-in' | 'mqtt'): DoctorFix {
  return { kind: 'open-settings', label, section };
}

const EDIT_ADDRESS = openSettings('Edit host and port', 'general');

export function offlineWords(): Words {
  return {
    title: 'This computer is not connected to a network.',
    text: 'Neither a cable nor a wireless network is connected, so no broker outside of this computer can be reached.',
    causes: [
      'The network cable is unplugged, or Wi-Fi is switched off.',
      'Airplane mode is on.',
      'The network was lost a moment ago and is not back yet.',
    ],
    fixes: [],
  };
}

export function unknownHostWords({ host }: FindingContext): Words {
  return {
    title: `There is no host named ${host}.`,
    text: 'Host names are looked up in a directory (DNS). The directory answered that it does not know this one.',
    causes: [
      'The name is misspelled.',
      ...(host.includes('.')
        ? ['The name exists only in another network: connect to the right network or VPN first.']
        : [
            `A short name works only in its own network. Try the full name (for example ${host}.local or ${host}.example.com) or the IP address.`,
          ]),
      'The name is new and not in the directory yet, or was taken out of it.',
    ],
    fixes: [EDIT_ADDRESS],
  };
}

export function lookupFailedWords({ host }: FindingContext): Words {
  return {
    title: `The name ${host} could not be looked up.`,
    text: 'The directory of host names (DNS) did not answer, so it is not known whether the host exists.',
    causes: [
      'This computer has no internet at the moment.',
      'The name server that is set in this computer’s network settings is out of reach.',
      'The name is only known within a VPN that is not connected.',
    ],
    fixes: [EDIT_ADDRESS],
  };
}

export function unreachableWords({ host }: FindingContext): Words {
  return {
    title: `There is no way from here to ${host}.`,
    text: 'The network answered that it cannot deliver anything to this address.',
    causes: [
      'The host is in another network: connect to its network or VPN first.',
      'The host is switched off or unplugged.',
      'A firewall on the way turns connections away.',
    ],
    fixes: [EDIT_ADDRESS],
  };
}

export function nothingListeningWords(
  { open }: FindingOf<'nothing-listening'>,
  context: FindingContext,
): Words {
  return {
    title: `Nothing is listening on ${addressOf(context)}.`,
    text: `The host is there and answered, but no program takes connections on port ${String(context.port)}.`,
    causes: [
      ...openPortCauses(open),
      'The broker is not running.',
      'The broker uses another port.',
      'The broker takes connections from its own computer only. (Mosquitto does so as long as no “listener” is set in its configuration.)',
    ],
    fixes: [...openPortFixes(open), EDIT_ADDRESS],
  };
}

export function portSilentWords(
  { open }: FindingOf<'port-silent'>,
  context: FindingContext,
): Words {
  return {
    title: `${addressOf(context)} does not answer.`,
    text: 'There was no answer at all, not even a refusal. Something swallows what is sent.',
    causes: [
      ...openPortCauses(open),
      `A firewall drops connections to port ${String(context.port)}: the broker’s, a cloud provider’s (security group), or your own.`,
      'The host is switched off, or the address belongs to no computer.',
      'The host is in another network: connect to its network or VPN first.',
      'The broker is so busy that it takes no more connections.',
    ],
    fixes: [...openPortFixes(open), EDIT_ADDRESS],
  };
}

function openPortCauses(open: readonly OpenPort[]): string[] {
  return open.map(
    ({ port, protocol }) =>
      `Another port of the same host is open: ${String(port)}, which is usual for ${PROTOCOL_WORDS[protocol]}.`,
  );
}

function openPortFixes(open: readonly OpenPort[]): DoctorFix[] {
  return open.slice(0, 3).map(({ port, protocol }) => ({
    kind: 'change',
    label: `Use port ${String(port)} (${protocol})`,
    change: { port, protocol },
    confirm: null,
  }));
}

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
        text: `It answers as web pages do. A broker may still be behind it, at a path of its own; it is not at ${context.path || '/'}, /mqtt, /ws or /.`,
        causes: [
          'The port belongs to another program on the broker’s host, for example its web interface.',
          'The broker is reached through WebSocket, at a path that its operator can tell you.',
        ],
        fixes: [
          {
            kind: 'change',
            label: `Use the usual port of ${usesTls(context) ? 'mqtts, 8883' : 'mqtt, 1883'}`,
            change: usesTls(context)
              ? { protocol: 'mqtts', port: DEFAULT_PORTS.mqtts }
              : { protocol: 'mqtt', port: DEFAULT_PORTS.mqtt },
            confirm: null,
          },
          openSettings('Edit port and path', 'general'),
        ],
      };
    case 'tls':
      return {
        title: `${address} expects an encrypted connection.`,
        text: 'It answers encryption (TLS), but what is behind it could not be seen: a broker, or something else.',
        causes: ['The connection is set to no encryption, and this port has it.'],
        fixes: [
          protocolFix(context.protocol === 'ws' ? 'wss' : 'mqtts', context.path, context),
          openSettings('Edit the protocol', 'general'),
        ],
      };
  }
}

function brokerSpeechWords(
  { protocol, path }: Extract<PortSpeech, { kind: 'broker' }>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  const wantsTls = usesTls({ protocol });
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
      `Or it has the right protocol and the wrong port: ${context.protocol} usually uses ${String(DEFAULT_PORTS[context.protocol])}.`,
    ],
    fixes: [
      protocolFix(protocol, path, context),
      openSettings('Edit protocol and port', 'general'),
    ],
  };
}

function protocolFix(protocol: Protocol, path: string, context: FindingContext): DoctorFix {
  const isWebSocket = protocol.startsWith('ws');
  const losesEncryption = usesTls(context) && !usesTls({ protocol });
  return {
    kind: 'change',
    label: `Switch to ${protocol}${isWebSocket && path !== context.path ? ` with the path ${path}` : ''}`,
    change: isWebSocket ? { protocol, path } : { protocol },
    confirm: losesEncryption
      ? 'Without encryption, the username, the password and all messages can be read by anybody on the way. Use it only in a network that you trust.'
      : null,
  };
}

export function proxyWords({ problem, proxy }: FindingOf<'proxy'>, context: FindingContext): Words {
  const edit: DoctorFix = {
    kind: 'open-settings',
    label: 'Edit the proxy settings',
    section: 'proxy',
  };
  const broker = addressOf(context);
  switch (problem) {
    case 'unreachable':
      return {
        title: `The proxy ${proxy} cannot be reached.`,
        text: 'The connection is set to go through a proxy, a go-between. The broker itself was not tried.',
        causes: [
          'The proxy’s host or port is wrong.',
          'The proxy is not running, or is only there in another network or VPN.',
          'No proxy is needed here: switch it off for this connection.',
        ],
        fixes: [edit],
      };
    case 'credentials-wanted':
      return {
        title: `The proxy ${proxy} wants a username and a password.`,
        text: 'The go-between on the way to the broker lets only known users through, and none was given.',
        causes: [
          'Username and password of the proxy are missing. They are not the broker’s: often they are those of your company account.',
        ],
        fixes: [{ ...edit, label: 'Enter the proxy’s username and password' }],
      };
    case 'credentials-refused':
      return {
        title: `The proxy ${proxy} refused its username or password.`,
        text: 'The go-between on the way to the broker does not know this user, or the password is another one.',
        causes: [
          'The password was misspelled or has changed. Both are case-sensitive.',
          'The proxy wants another kind of sign-in than a password, which is not supported.',
        ],
        fixes: [{ ...edit, label: 'Correct the proxy’s username and password' }],
      };
    case 'refused':
      return {
        title: `The proxy ${proxy} does not connect to ${broker}.`,
        text: 'The go-between was reached, but it said no, or could not reach the broker itself.',
        causes: [
          `The proxy allows only certain ports, often only 443; the connection uses ${String(context.port)}.`,
          'The broker’s host cannot be reached from the proxy, or its name is not known there.',
          'The broker is in your own network: then it needs no proxy.',
        ],
        fixes: [edit, EDIT_ADDRESS],
      };
    case 'not-a-proxy':
      return {
        title: `${proxy} does not answer as a proxy.`,
        text: 'Something is listening there, but it is not the kind of proxy that is set.',
        causes: [
          'The port belongs to another program.',
          'It is a proxy of another kind (HTTP or SOCKS 5).',
        ],
        fixes: [edit],
      };
  }
}
