import { addressOf } from '../broker-address';
import type { DoctorFix } from '../contract-doctor';
import type { FindingContext } from './finding';
import { changeFix, openSettings, openTls, type FindingOf, type Words } from './words';

export function tlsVersionWords(context: FindingContext): Words {
  const { minimumVersion } = context.profile.tls;
  const isStrict = minimumVersion === '1.3';
  return {
    title: `${addressOf(context)} and this connection have no version of TLS in common.`,
    text: `Encryption (TLS) has versions, and both sides must have one in common. This connection takes ${minimumVersion} and newer.`,
    causes: isStrict
      ? ['The broker does not have TLS 1.3 yet, and the connection allows nothing older.']
      : [
          'The broker is old and only has TLS 1.0 or 1.1, which are not considered safe any more: it needs an update.',
          'The broker takes only newer versions than this program has.',
        ],
    fixes: [...olderTls(context), openTls('Edit the TLS version')],
  };
}

function olderTls({ profile: { tls } }: FindingContext): DoctorFix[] {
  if (tls.minimumVersion === '1.3') {
    return [changeFix('Allow TLS 1.2 too', { tls: { ...tls, minimumVersion: '1.2' } })];
  }
  if (tls.minimumVersion !== '1.2') return [];
  return [
    changeFix(
      'Allow TLS 1.0 and 1.1',
      { tls: { ...tls, minimumVersion: '1.0' } },
      'TLS 1.0 and 1.1 can be broken by somebody on the way. Allow them only in a network that you trust, until the broker is updated.',
    ),
  ];
}

export function alpnWords({ offered }: FindingOf<'alpn'>, context: FindingContext): Words {
  const { tls } = context.profile;
  return {
    title: `${addressOf(context)} offers none of the protocols that this connection asks for (ALPN).`,
    text: `On one port a server can offer several services, and a client may say during encryption which one it wants (ALPN). This connection asks for ${offered.join(', ')}; the server has none of them.`,
    causes: [
      'The list under ALPN is misspelled, or meant for another broker. Most brokers need none; AWS IoT on port 443 wants mqtt with a sign-in, and x-amzn-mqtt-ca with a client certificate.',
      'The port belongs to a web server.',
    ],
    fixes: [
      changeFix('Ask for no protocol', { tls: { ...tls, alpn: [] } }),
      openTls('Edit the ALPN list'),
    ],
  };
}

export function handshakeWords(
  { hasClientCertificate }: FindingOf<'tls-handshake'>,
  context: FindingContext,
): Words {
  const hasCiphers = context.profile.tls.ciphers !== '';
  return {
    title: `${addressOf(context)} broke off while encryption was being agreed on.`,
    text: 'Both sides spoke TLS, but the broker was not satisfied with what it was offered, and did not say why.',
    causes: [
      ...(hasCiphers
        ? ['The broker takes none of the ciphers that are set for this connection.']
        : []),
      clientCertificateCause(hasClientCertificate),
      ...(hasCiphers
        ? []
        : [
            'The broker and this program have no cipher in common: it is very old, or set up very strictly.',
          ]),
      'The broker does not know the host name that was asked for.',
    ],
    fixes: [...usualCiphers(context), openTls('Edit the TLS settings')],
  };
}

/** In TLS 1.3 a server looks at the client's certificate when the client is done already. */
export function closedAfterHandshakeWords(
  { hasClientCertificate }: FindingOf<'closed-after-handshake'>,
  context: FindingContext,
): Words {
  return {
    title: `${addressOf(context)} closed the connection as soon as it was encrypted.`,
    text: 'Encryption was agreed on, and then the other end closed the connection without saying why.',
    causes: [
      clientCertificateCause(hasClientCertificate),
      'A server in front of the broker takes the connection, and the broker behind it is down.',
      'The broker lets only certain addresses in.',
    ],
    fixes: [
      openTls(
        hasClientCertificate ? 'Choose another client certificate' : 'Choose a client certificate',
      ),
    ],
  };
}

function clientCertificateCause(has: boolean): string {
  return has
    ? 'The broker does not accept the client certificate.'
    : 'The broker asks for a client certificate, and this connection has none.';
}

export function cipherWords(context: FindingContext): Words {
  return {
    title: 'The list of ciphers cannot be used.',
    text: 'Ciphers are ways to encrypt, of which both sides choose one. This program knows none of those that are set for this connection. Nothing was sent to the broker.',
    causes: ['A name is misspelled: they stand as OpenSSL writes them, with colons between them.'],
    fixes: [...usualCiphers(context), openTls('Edit the ciphers')],
  };
}

function usualCiphers({ profile: { tls } }: FindingContext): DoctorFix[] {
  if (tls.ciphers === '') return [];
  return [changeFix('Use the usual ciphers', { tls: { ...tls, ciphers: '' } })];
}

export function tlsCutWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} closed the connection when encryption was asked for.`,
    text: 'The connection came about, but the other end closed it before the encryption was agreed on, and does not speak plain MQTT or WebSocket either.',
    causes: [
      'Another program listens on this port.',
      'A firewall on the way does not let encrypted connections through.',
      'The broker lets only certain addresses in, and closes the connection to others.',
    ],
    fixes: [openSettings('Edit protocol and port', 'general')],
  };
}

export function tlsSilentWords(context: FindingContext): Words {
  return {
    title: `${addressOf(context)} does not answer when encryption is asked for.`,
    text: 'The connection came about, but then nothing came back.',
    causes: [
      'This port has no encryption: something else listens there and waits.',
      'The broker is so busy that it does not get round to answering.',
      'A firewall on the way lets connections come about, but nothing through them.',
    ],
    fixes: [openSettings('Edit protocol and port', 'general')],
  };
}
