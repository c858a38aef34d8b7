import { addressOf } from '../broker-address';
import type { CertificateCard, DoctorFix } from '../contract-doctor';
import type { ClientCertificateProblem, FindingContext } from './finding';
import { dayText } from './report';
import { changeFix, openSettings, type FindingOf, type Words } from './words';

const openTls = (label: string): DoctorFix => openSettings(label, 'tls');
const ADD_AUTHORITY: DoctorFix = {
  kind: 'add-authority',
  label: 'Add the authority’s certificate…',
};

function trust({ fingerprint }: CertificateCard): DoctorFix {
  return {
    kind: 'trust-certificate',
    label: 'Trust this certificate',
    fingerprint,
    confirm: `Trust it only when you are sure that it is the broker’s: compare the fingerprint with the one that its operator tells you. ${fingerprint}`,
  };
}

/** `CN=broker, O=Plant` → `broker`. */
export function commonName(subject: string): string {
  return /(?:^|, )CN=([^,]+)/u.exec(subject)?.[1] ?? subject;
}

export function certificateWords(
  { problem, certificate, missing, technical }: FindingOf<'certificate'>,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  switch (problem) {
    case 'self-signed':
      return {
        title: `The certificate of ${address} is self-signed: nobody else vouches for it.`,
        text: 'A certificate is how the broker proves who it is. This one was signed by its own maker and by no authority that this computer trusts.',
        causes: [
          'The broker was set up with a certificate of its own making, as is usual in labs and plants. Then trust exactly this one.',
          'Someone is in between and shows a certificate of their own. Compare the fingerprint with the broker’s before you trust it.',
        ],
        fixes: [trust(certificate), ADD_AUTHORITY],
      };
    case 'unknown-authority':
      return {
        title: `The certificate of ${address} was signed by an authority that this computer does not know.`,
        text: `It was signed by “${missing}”. As long as that authority is not trusted here, it is not certain that this is the right broker.`,
        causes: [
          `“${missing}” is an authority of your own company, plant or lab: add its certificate (often a file called ca.crt or ca.pem).`,
          // A chain that ends with an authority has everything in it.
          ...(technical === 'SELF_SIGNED_CERT_IN_CHAIN'
            ? []
            : [
                `“${missing}” stands between the broker and an authority that is known here, and the broker does not send that certificate along: then its operator has to add it.`,
              ]),
          'Someone is in between and shows a certificate of their own: a company’s security software, or an attacker.',
        ],
        fixes: [ADD_AUTHORITY, trust(certificate)],
      };
    case 'missing-intermediate':
      return {
        title: `${address} does not send all certificates that are needed.`,
        text: `The broker’s certificate was signed by “${missing}”, which stands between it and an authority that is trusted. The broker has to send the certificate of “${missing}” along, and does not.`,
        causes: [
          `The broker’s certificate file has only its own certificate in it. Its operator has to put the one of “${missing}” behind it in the same file (often called fullchain or chain).`,
          `Until then, add the certificate of “${missing}” here.`,
          `“${missing}” may also be an authority of its own, which is not trusted here.`,
        ],
        fixes: [ADD_AUTHORITY, trust(certificate)],
      };
    case 'expired':
      return {
        title: `A certificate of ${address} has expired.`,
        text: `The certificate of “${commonName(certificate.subject)}” was valid until ${dayText(certificate.validToMs)}. After that it proves nothing any more.`,
        causes: [
          'The broker’s certificate was not renewed in time: its operator has to do that. (Some brokers must be restarted to read the new one.)',
          'The clock of this computer is wrong. Check date and time.',
        ],
        fixes: [trust(certificate)],
      };
    case 'not-yet-valid':
      return {
        title: `A certificate of ${address} is not valid yet.`,
        text: `The certificate of “${commonName(certificate.subject)}” becomes valid on ${dayText(certificate.validFromMs)}.`,
        causes: [
          'The clock of this computer is slow. Check date and time, also the time zone.',
          'The clock of the computer that made the certificate was fast, or the certificate is meant for later.',
        ],
        fixes: [trust(certificate)],
      };
    case 'wrong-host':
      return wrongHostWords(certificate, context);
    case 'other':
      return {
        title: `The certificate of ${address} cannot be trusted.`,
        text: 'It was checked and something about it is not in order; the technical text says what.',
        causes: [
          'It was made for another purpose than a server.',
          'It was revoked, or signed in a way that is no longer considered safe.',
        ],
        fixes: [trust(certificate)],
      };
  }
}

function wrongHostWords(certificate: CertificateCard, context: FindingContext): Words {
  const names = certificate.names.filter((name) => !name.includes('*'));
  const shown = certificate.names.slice(0, 5).join(', ');
  const isUsable = (name: string): boolean => /^[A-Za-z0-9.:-]+$/u.test(name);
  return {
    title: `The certificate belongs to another name than ${context.host}.`,
    text:
      shown === ''
        ? 'It names no host at all. Old certificates have the name only in the field “CN”, which is no longer looked at.'
        : `It is for ${shown}${certificate.names.length > 5 ? ' and others' : ''}. A certificate proves only the names that stand in it.`,
    causes: [
      'The broker is meant to be reached under another name: use one that the certificate has.',
      'The broker’s certificate was made for another host, or for its name and not its IP address: its operator has to make one that has this name too.',
      'Someone is in between and shows a certificate that is not the broker’s.',
    ],
    fixes: [
      ...names
        .filter((name) => isUsable(name))
        .slice(0, 2)
        .map((host) => changeFix(`Use the host name ${host}`, { host })),
      trust(certificate),
    ],
  };
}

export function clientCertificateWords(
  problem: ClientCertificateProblem,
  context: FindingContext,
): Words {
  const address = addressOf(context);
  switch (problem) {
    case 'missing':
      return {
        title: `${address} asks for a client certificate.`,
        text: 'This broker lets only those in who can show a certificate of their own, and this connection has none.',
        causes: [
          'Choose the certificate and the key that you were given for this broker (files such as client.crt and client.key, or one .p12).',
          'The broker has another port for those who sign in with a password.',
        ],
        fixes: [openTls('Choose a client certificate'), openSettings('Edit the port', 'general')],
      };
    case 'refused':
      return {
        title: `${address} refused the client certificate.`,
        text: 'The connection showed a certificate of its own, and the broker does not accept it.',
        causes: [
          'It was signed by an authority that the broker does not trust: it may be for another broker, or for its test system.',
          'It has expired, or was revoked by the operator.',
          'It was made for another purpose than a client.',
        ],
        fixes: [openTls('Choose another client certificate')],
      };
    case 'key-mismatch':
      return {
        title: 'The client certificate and its key do not belong together.',
        text: 'Each certificate has exactly one key. The key that is chosen was made for another certificate. Nothing was sent to the broker.',
        causes: ['One of the two files was mixed up or replaced.'],
        fixes: [openTls('Choose the right key')],
      };
    case 'passphrase-wrong':
      return {
        title: 'The passphrase does not open the key of the client certificate.',
        text: 'The key is locked, and the passphrase that is set is not the one for it. Nothing was sent to the broker.',
        causes: ['The passphrase is misspelled; it is case-sensitive.', 'It is for another file.'],
        fixes: [openTls('Enter the passphrase again')],
      };
    case 'passphrase-missing':
      return {
        title: 'The key of the client certificate is locked.',
        text: 'It needs a passphrase, and none is set. Nothing was sent to the broker.',
        causes: ['Enter the passphrase that was chosen when the key was made.'],
        fixes: [openTls('Enter the passphrase')],
      };
    case 'authority-unreadable':
      return {
        title: 'A certificate of an authority could not be read.',
        text: 'The connection names a file with an authority that it trusts, and that file cannot be used. Nothing was sent to the broker.',
        causes: [
          'The file was moved or deleted, or may not be read by this user.',
          'The file is of another kind than expected, or damaged.',
        ],
        fixes: [openTls('Choose the files again')],
      };
    case 'unreadable':
      return {
        title: 'The client certificate or its key could not be read.',
        text: 'The file is there, but what is in it is not a certificate or a key that can be used. Nothing was sent to the broker.',
        causes: ['The file is of another kind than expected, or damaged. Export it anew.'],
        fixes: [openTls('Choose the files again')],
      };
  }
}

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

export function handshakeWords(hasClientCertificate: boolean, context: FindingContext): Words {
  return {
    title: `${addressOf(context)} broke off while encryption was being agreed on.`,
    text: 'Both sides spoke TLS, but the broker was not satisfied with what it was offered, and did not say why.',
    causes: [
      ...(hasClientCertificate
        ? ['The broker does not accept the client certificate.']
        : ['The broker asks for a client certificate, and this connection has none.']),
      'The broker and this program have no cipher in common: it is very old, or set up very strictly.',
      'The broker does not know the host name that was asked for.',
    ],
    fixes: [openTls('Edit the TLS settings')],
  };
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
