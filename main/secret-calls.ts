import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import type { SecretsShellCalls, ProfileFileKind } from '../app/contract-tls';
import type { Implementation } from '../app/rpc/derive';
import type { Secrets } from './secrets';

/** How secrets are kept, and which certificates and keys are named: what the window asks of the main process. */
export function secretCalls(
  window: () => BrowserWindow | null,
  secrets: Secrets,
): Implementation<SecretsShellCalls> {
  return {
    chooseProfileFile: ({ kind }) => chooseProfileFile(kind, window()),
    chooseSecretStorage: ({ choice }) => secrets.choose(choice),
    unlockVault: ({ passphrase }) => secrets.unlock(passphrase),
    leaveVaultLocked: () => {
      secrets.leaveLocked();
    },
    changeVaultPassphrase: ({ from, to }) => secrets.changePassphrase(from, to),
    forgetVault: () => {
      secrets.forgetVault();
    },
  };
}

const QUESTIONS: Readonly<Record<ProfileFileKind, OpenDialogOptions>> = {
  authority: {
    title: 'Certificates of authorities',
    filters: [{ name: 'Certificates', extensions: ['pem', 'crt', 'cer', 'der', 'p7b', 'p7c'] }],
  },
  'authority-folder': { title: 'Folder with certificates of authorities' },
  certificate: {
    title: 'Client certificate',
    filters: [
      { name: 'Certificates', extensions: ['pem', 'crt', 'cer', 'der', 'p7b', 'p12', 'pfx'] },
    ],
  },
  key: {
    title: 'Private key of the client certificate',
    filters: [{ name: 'Private keys', extensions: ['pem', 'key', 'der', 'p8', 'pk8'] }],
  },
  'will-payload': { title: 'Payload of the last will' },
};

async function chooseProfileFile(
  kind: ProfileFileKind,
  window: BrowserWindow | null,
): Promise<string | null> {
  const { filters = [], ...words } = QUESTIONS[kind];
  const question: OpenDialogOptions = {
    ...words,
    buttonLabel: 'Choose',
    ...(filters.length === 0
      ? {}
      : { filters: [...filters, { name: 'All files', extensions: ['*'] }] }),
    properties: [kind === 'authority-folder' ? 'openDirectory' : 'openFile', 'dontAddToRecent'],
  };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, question)
    : await dialog.showOpenDialog(question);
  return canceled ? null : (filePaths[0] ?? null);
}
