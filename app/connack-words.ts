import type { FailureCode } from './connection';
import type { MqttVersion } from './profile';
import { reasonWords } from './reason-codes';

/** What the refusal in a CONNACK means. */
export interface ConnackMeaning {
  /** The reason code of MQTT 5; for older versions the one that means the same. */
  readonly reason: number;
  readonly code: FailureCode;
  /** What happened, one sentence. */
  readonly title: string;
  /** What it means, in plain words. */
  readonly text: string;
  /** What to try. */
  readonly advice: string;
}

/** Return codes of MQTT 3.1.1 §3.2.2.3, as the reason codes of MQTT 5 that mean the same. */
const RETURN_CODES: ReadonlyMap<number, number> = new Map([
  [1, 0x84],
  [2, 0x85],
  [3, 0x88],
  [4, 0x86],
  [5, 0x87],
]);

type Meaning = Omit<ConnackMeaning, 'reason'>;

/** Explains the return code (3.1, 3.1.1) or reason code (5) of a CONNACK that refuses. */
export function connackMeaning(
  version: MqttVersion,
  code: number,
  address: string,
): ConnackMeaning {
  const reason = reasonOf(version, code);
  return { reason, ...meaningOf(reason, version, address) };
}

/** The reason code of MQTT 5 that means what a CONNACK says. */
export function reasonOf(version: MqttVersion, code: number): number {
  return version === '5' ? code : (RETURN_CODES.get(code) ?? code);
}

function meaningOf(reason: number, version: MqttVersion, address: string): Meaning {
  switch (reason) {
    case 0x01:
    case 0x84:
      return {
        code: 'protocol-version-refused',
        title: `${address} does not speak MQTT ${version}.`,
        text: 'MQTT has versions, and the broker does not take this one.',
        advice: `Edit the connection and choose ${version === '5' ? 'MQTT 3.1.1' : '“Automatic”, which tries every version'}.`,
      };
    case 0x02:
    case 0x85:
      return {
        code: 'client-id-refused',
        title: `${address} refused the client id.`,
        text: 'Each client introduces itself with an id. The broker does not take this one.',
        advice:
          'Choose another client id, or leave it empty for a generated one. Some brokers allow only certain ids.',
      };
    case 0x86:
      return {
        code: 'bad-credentials',
        title: `${address} refused the username or password.`,
        text: 'The broker was reached and looked at the sign-in, and it is not one that it knows.',
        advice: 'Check both; they are case-sensitive. An empty username means an anonymous login.',
      };
    case 0x8c:
      return {
        code: 'sign-in-method-refused',
        title: `${address} does not take this way to sign in.`,
        text: 'There are several ways to sign in: a username and a password, a token, SCRAM. The broker does not take the one that this connection uses.',
        advice: 'Choose another way under Sign-in. The broker’s operator knows which one it wants.',
      };
    case 0x8a:
      return {
        code: 'banned',
        title: `${address} refused the login: ${reasonWords(reason)}.`,
        text: 'The broker was reached, and it keeps this client out on purpose.',
        advice:
          'Its operator has put this client, user or address on a list of those who are kept out; or too many wrong sign-ins came from here, then wait for some minutes.',
      };
    case 0x87:
      return {
        code: 'not-authorised',
        title: `${address} refused the login: ${reasonWords(reason)}.`,
        text: 'The broker was reached, and does not let this client in.',
        advice:
          'Check username and password: many brokers, Mosquitto among them, answer like this to a wrong password. If they are right, the broker’s access rules keep this client out.',
      };
    case 0x88:
    case 0x89:
    case 0x97:
    case 0x9f:
      return {
        code: 'server-unavailable',
        title: `${address} takes no connections at the moment: ${reasonWords(reason)}.`,
        text: 'The broker was reached, but cannot take anyone else just now.',
        advice: 'Try again in a moment.',
      };
    case 0x9c:
    case 0x9d:
      return {
        code: 'another-server',
        title: `${address} sends its clients to another server: ${reasonWords(reason)}.`,
        text: 'This broker is not the one to connect to (any more).',
        advice: 'Edit the connection and enter the new address.',
      };
    case 0x95:
      return {
        code: 'refused-by-server',
        title: `${address} refused what the connection asks for: ${reasonWords(reason)}.`,
        text: 'The greeting (CONNECT) is larger than the broker takes.',
        advice: 'The password, the token or the last will is very long: shorten it.',
      };
    case 0x90:
    case 0x99:
    case 0x9a:
    case 0x9b:
      return {
        code: 'refused-by-server',
        title: `${address} refused what the connection asks for: ${reasonWords(reason)}.`,
        text: 'Together with the greeting (CONNECT) a client sends its last will. The broker does not accept it.',
        advice: 'Check the last will in the connection’s settings.',
      };
    case 0x81:
    case 0x82:
      return {
        code: 'refused-by-server',
        title: `${address} did not understand the greeting: ${reasonWords(reason)}.`,
        text: 'The broker says that what it was sent is not as MQTT wants it. It reads the specification differently than most.',
        advice: 'Try another MQTT version. The broker’s log says more.',
      };
    default:
      return {
        code: 'refused-by-server',
        title: `${address} refused the connection: ${reasonWords(reason)}.`,
        text: 'The broker was reached and said no; it gave no reason that tells more.',
        advice: 'The broker’s log says more.',
      };
  }
}
