import { addressOf } from '../broker-address';
import type { CertificateCard, DoctorFix } from '../contract-doctor';
import type { FindingContext } from './finding';
import { dayText } from './report';
import { changeFix, openTls, type FindingOf, type Words } from './words';

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
    case 'changed':
      return {
        title: `${address} has another certificate than the one that you trusted.`,
        text: `This connection trusts one certificate and no other. Trusted, by its fingerprint: ${context.profile.tls.fingerprint}. Shown now: ${certificate.fingerprint}.`,
        causes: [
          'The broker was given a new certificate, as happens before the old one expires. Ask its operator whether the fingerprint that is shown now is right, then trust it.',
          'Another broker answers: the host or the port of the connection was changed, or the name leads elsewhere now.',
          'Someone is in between and shows a certificate of their own.',
        ],
        fixes: [trust(certificate), openTls('Edit the fingerprint')],
      };
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
      ...(shown === ''
        ? []
        : [
            'The broker is meant to be reached under another name: use one that the certificate has.',
          ]),
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
