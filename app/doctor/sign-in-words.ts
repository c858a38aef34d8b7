import { addressOf } from '../broker-address';
import type { DoctorSection } from '../contract-doctor';
import { SECRET_WORDS, type SecretName } from '../secret';
import { clientIdFixes } from './client-id-words';
import type { FindingContext } from './finding';
import type { Help } from './redirect-words';
import {
  changeFix,
  EDIT_PORT,
  EDIT_SIGN_IN,
  openSettings,
  type FindingOf,
  type Words,
} from './words';

const EDIT_WAY = openSettings('Edit the sign-in', 'sign-in');

/** Why the broker did not accept a sign-in. `reason`: as in MQTT 5. */
export function signInHelp(reason: number, context: FindingContext): Help {
  if (reason === 0x8c) return methodHelp(context);
  const { kind } = context.profile.authentication;
  if (kind !== 'password' && kind !== 'scram-sha-256') return tokenHelp(context);
  return {
    causes: [credentialsCause(context), furtherCause(reason, context), ...clientIdCause(context)],
    fixes: [EDIT_SIGN_IN, ...clientIdFixes(context)],
  };
}

function credentialsCause({ hasUsername, hasPassword }: FindingContext): string {
  if (!hasUsername && !hasPassword)
    return 'The broker wants a username and a password, and none is set.';
  return hasPassword
    ? 'The username or the password is wrong. Both are case-sensitive; look for a space at the end.'
    : 'No password was sent: none is stored for this connection. Enter it.';
}

function furtherCause(reason: number, { hasPassword }: FindingContext): string {
  if (!hasPassword)
    return 'If none is needed, the broker’s access rules keep this client out, for example by its address.';
  return reason === 0x87
    ? 'Many brokers, Mosquitto among them, give this answer to a wrong password. If both are right, the broker’s access rules keep this client out.'
    : 'The user was deleted or locked on the broker.';
}

function tokenHelp(context: FindingContext): Help {
  return {
    causes: [
      'The token was fetched, but is not meant for this broker: check its scope and its audience.',
      'The token has expired already: the clock of this computer, of the broker or of the login server is wrong.',
      ...(context.hasUsername
        ? ['The username does not belong to the token.']
        : ['The broker wants a username besides the token, and none is set.']),
      ...clientIdCause(context),
    ],
    fixes: [EDIT_WAY, ...clientIdFixes(context)],
  };
}

function methodHelp({ profile: { authentication } }: FindingContext): Help {
  const isPlain =
    authentication.kind === 'password' ||
    (authentication.kind !== 'scram-sha-256' && authentication.method === '');
  return {
    causes: isPlain
      ? [
          'The broker wants another way to sign in than a username and a password, for example SCRAM or a token. Its operator knows which.',
        ]
      : [
          'The broker does not know the authentication method that this connection uses.',
          'The broker wants a plain username and password.',
        ],
    fixes: [EDIT_WAY],
  };
}

function clientIdCause(context: FindingContext): string[] {
  return context.clientId !== '' && !context.usedClientId
    ? ['The broker ties users to client ids, and the test used a client id of its own.']
    : [];
}

/** Nothing could be got together to sign in with. */
export function signInWords(
  { message }: FindingOf<'sign-in'>,
  { profile: { authentication }, version, isAutomaticVersion }: FindingContext,
): Words {
  // A browser is opened at the connection, not in its settings.
  const edit = authentication.kind === 'device-code' ? [] : [EDIT_WAY];
  const isOld = authentication.kind === 'scram-sha-256' && version !== '5' && !isAutomaticVersion;
  return {
    title: 'The sign-in could not be prepared.',
    text: `The broker was reached, but nothing was sent to it, because there was nothing to sign in with: ${message}.`,
    causes: [SIGN_IN_CAUSES[authentication.kind]],
    fixes: [...(isOld ? [changeFix('Use MQTT 5', { version: '5' })] : []), ...edit],
  };
}

/** The server was asked to do its part of the sign-in, and did not, or not as it must. */
export function exchangeWords(
  { message }: FindingOf<'sign-in-exchange'>,
  context: FindingContext,
): Words {
  const isScram = context.profile.authentication.kind === 'scram-sha-256';
  return {
    title: `The sign-in to ${addressOf(context)} was broken off.`,
    text: isScram
      ? `With SCRAM both sides prove that they know the password, and neither sends it. Here ${message}. Nothing else was sent to it.`
      : `The broker’s part of the sign-in was not as it must be: ${message}.`,
    causes: [
      isScram
        ? 'Something that only pretends to be the broker answers at this address: check host and port, and use TLS.'
        : 'The broker wants another way to sign in than this connection has. Its operator knows which.',
      'The broker does this way to sign in wrongly: its log says more.',
    ],
    fixes: isScram ? [EDIT_PORT, EDIT_WAY] : [EDIT_WAY],
  };
}

const SIGN_IN_CAUSES: Readonly<
  Record<FindingContext['profile']['authentication']['kind'], string>
> = {
  password: 'The password could not be read from where it is kept. Enter it again.',
  'scram-sha-256': 'SCRAM needs MQTT 5, a username and a password: one of them is missing.',
  'token-command':
    'The command is wrong, or the program that it runs is not signed in. Try it in a terminal: the first line that it prints must be the token.',
  'client-credentials':
    'The client id, the client secret or the token URL is wrong, or the login server cannot be reached from here.',
  'device-code':
    'This sign-in is confirmed by a person in a browser, at the connection itself: connect once, then test again.',
};

export function vaultLockedWords(): Words {
  return {
    title: 'The password vault is locked.',
    text: 'A password or another secret of this connection is in the vault, and the vault was left locked. So that the broker does not take it for a wrong password, nothing was sent.',
    causes: ['The vault is unlocked once after each start of the program, with its passphrase.'],
    fixes: [{ kind: 'unlock-vault', label: 'Unlock the vault' }],
  };
}

const SECTIONS: Readonly<Record<SecretName, DoctorSection>> = {
  password: 'sign-in',
  'token-client-secret': 'sign-in',
  'key-passphrase': 'tls',
  'proxy-password': 'proxy',
  'websocket-authorization': 'web-socket',
};

export function unreadableSecretWords({ name, message }: FindingOf<'secret-unavailable'>): Words {
  const what = SECRET_WORDS[name];
  return {
    title: `The ${what} is stored, but cannot be read.`,
    text: `${message} So that it is not taken for a wrong one, nothing was sent in its place.`,
    causes: [
      'The file that it is kept in was damaged, or comes from another computer or another user.',
    ],
    fixes: [openSettings(`Enter the ${what} again`, SECTIONS[name])],
  };
}
