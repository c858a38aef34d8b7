import { addressOf, type BrokerAddress } from './broker-address';
import type { RawFailure } from './raw-failure';
import { reasonWords } from './reason-codes';
import { hungUpAdvice, type FailureWords as Words } from './socket-failure';

/** What the reason code of a server's DISCONNECT means (MQTT 5.0 §3.14.2.1). */
export function disconnectWords(code: number, address: string): Words {
  if (code === 0x8e) {
    return [
      'session-taken-over',
      'Another client connected with the same client id and took over.',
      'Give this connection a client id of its own, or leave it empty for a generated one.',
    ];
  }
  if (code === 0x87 || code === 0x8a) {
    return [
      code === 0x87 ? 'not-authorised' : 'banned',
      `${address} closed the connection: ${reasonWords(code)}.`,
      'The broker’s access rules do not allow what was asked for. Check the login and the subscriptions.',
    ];
  }
  if (code === 0x88 || code === 0x89 || code === 0x8b) {
    return [
      'server-unavailable',
      `${address} closed the connection: ${reasonWords(code)}.`,
      'Try again in a moment.',
    ];
  }
  if (code === 0x8d) {
    return [
      'keep-alive-timeout',
      `${address} closed the connection: it had heard nothing for too long.`,
      'The network may have been lost for a while.',
    ];
  }
  return [
    'closed-by-server',
    `${address} closed the connection: ${reasonWords(code)}.`,
    'The broker’s log says more.',
  ];
}

/** The server closed the connection without a word. */
export function closedWords(
  { during, largeWillBytes }: Extract<RawFailure, { kind: 'closed' }>,
  target: BrokerAddress,
): Words {
  const address = addressOf(target);
  if (during === 'connack') {
    return [
      'closed-by-server',
      `${address} closed the connection without an answer.`,
      hungUpAdvice(target, largeWillBytes),
    ];
  }
  if (during === 'subscribe') {
    return [
      'closed-by-server',
      `${address} closed the connection when it was asked for the subscriptions.`,
      'Some brokers hang up on a filter that is not allowed. Try narrower ones than # in the connection’s settings.',
    ];
  }
  return [
    'closed-by-server',
    `${address} closed the connection.`,
    'The broker may have been stopped or restarted, or another client uses the same client id.',
  ];
}

/** What came first was no CONNACK. */
export function notMqttWords(firstBytes: Uint8Array, target: BrokerAddress): Words {
  const address = addressOf(target);
  // A TLS alert or handshake record (RFC 8446 §5.1).
  if ((firstBytes[0] === 0x15 || firstBytes[0] === 0x16) && firstBytes[1] === 0x03) {
    return [
      'protocol-error',
      `${address} expects an encrypted connection.`,
      `Edit the connection and choose ${target.protocol === 'ws' ? 'wss' : 'mqtts'}.`,
    ];
  }
  return [
    'protocol-error',
    `${address} does not answer as an MQTT broker.`,
    'Something else listens on this port. Check the port and the protocol (mqtt, mqtts, ws, wss).',
  ];
}
