import { addressOf } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import type { FindingContext, OpenPort } from './finding';
import { PROTOCOL_WORDS } from './speech-words';
import { changeFix, openSettings, type FindingOf, type Words } from './words';

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
    text: `The host is there and turned the connection away: no program on it takes connections on port ${String(context.port)}.`,
    causes: [
      ...openPortCauses(open),
      'The broker is not running.',
      'The broker uses another port.',
      isLoopback(context.host)
        ? `The broker is on another computer, or in a container: ${context.host} always means this computer itself.`
        : 'The broker takes connections from its own computer only. (Mosquitto does so as long as no “listener” is set in its configuration.)',
    ],
    fixes: [...openPortFixes(open), EDIT_ADDRESS],
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.[\d.]+$/u.test(host);
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
  return open
    .slice(0, 3)
    .map(({ port, protocol }) =>
      changeFix(`Use port ${String(port)} (${protocol})`, { port, protocol }),
    );
}

/** A socket in the file system, or a named pipe of Windows. */
export function localSocketWords(
  { problem }: FindingOf<'local-socket'>,
  context: FindingContext,
): Words {
  const { socketPath = '' } = context;
  const fixes = [openSettings('Edit the path of the socket', 'general')];
  switch (problem) {
    case 'missing':
      return {
        title: `There is no socket at ${socketPath}.`,
        text: 'A broker on this computer can be reached through a socket, which looks like a file. There is nothing at this path.',
        causes: [
          'The broker is not running: it makes the socket when it starts.',
          'The path is wrong, or the broker is not set up to listen on a socket. (Mosquitto: “listener 0 /path/of/the/socket”.)',
          'The broker runs in a container, and the folder of its socket is not shared with this computer.',
        ],
        fixes,
      };
    case 'denied':
      return {
        title: `This user may not use the socket ${socketPath}.`,
        text: 'The socket, or a folder above it, lets only certain users and groups in.',
        causes: [
          'You are not in the group of the broker. After somebody adds you, sign out of this computer and in again.',
          'The broker makes the socket with rights that are too narrow: its operator can widen them.',
        ],
        fixes,
      };
    case 'not-listening':
      return {
        title: `Nobody listens on the socket ${socketPath}.`,
        text: 'Something stands at this path, but no program takes connections there.',
        causes: [
          'The broker was stopped, and its socket was left behind. Start it again.',
          'What stands there is another file than a socket.',
        ],
        fixes,
      };
    case 'failed':
      return {
        title: `The socket ${socketPath} could not be opened.`,
        text: 'This computer refused it; the technical text says why.',
        causes: ['The path is too long for a socket (about 100 characters), or is not one.'],
        fixes,
      };
  }
}
