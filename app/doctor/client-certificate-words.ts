import { addressOf } from '../broker-address';
import type { FindingContext } from './finding';
import { openSettings, openTls, type FindingOf, type Words } from './words';

const CLOCK_IS_WRONG = 'The clock of this computer is wrong. Check date and time.';
const OTHER_FILE = 'It is another file than the one that was meant, or it was damaged on its way.';

export function clientCertificateWords(
  { problem, detail }: FindingOf<'client-certificate'>,
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
    case 'key-missing':
      return {
        title: 'The client certificate has no key.',
        text: 'A certificate is of use only together with its private key, and no key is chosen. Nothing was sent to the broker.',
        causes: ['Choose the file with the key (often client.key), or one .p12 that has both.'],
        fixes: [openTls('Choose the key')],
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
    case 'expired':
    case 'not-yet-valid':
      return {
        title:
          problem === 'expired'
            ? 'The client certificate has expired.'
            : 'The client certificate is not valid yet.',
        text: `${detail} ${address} does not accept it.`,
        causes:
          problem === 'expired'
            ? ['It was not renewed in time: ask who gave it to you for a new one.', CLOCK_IS_WRONG]
            : [CLOCK_IS_WRONG, 'It is meant for later.'],
        fixes: [openTls('Choose another client certificate')],
      };
    case 'authority-missing':
    case 'file-missing':
      return {
        title:
          problem === 'file-missing'
            ? 'The client certificate or its key was not found.'
            : 'The certificate of an authority was not found.',
        text: `${detail} Nothing was sent to the broker.`,
        causes: [
          'The file was moved, renamed or deleted.',
          'It is on a drive that is not there at the moment.',
        ],
        fixes: [openTls('Choose the file again')],
      };
    case 'authority-unreadable':
      return {
        title: 'The certificate of an authority could not be read.',
        text: `The connection names a file with an authority that it trusts. ${detail} Nothing was sent to the broker.`,
        causes: [OTHER_FILE],
        fixes: [openTls('Choose another file')],
      };
    case 'unreadable':
      return {
        title: 'The client certificate or its key could not be read.',
        text: `${detail} Nothing was sent to the broker.`,
        causes: [OTHER_FILE],
        fixes: [openTls('Choose another file')],
      };
  }
}
