import {
  app,
  clipboard,
  dialog,
  shell,
  type BrowserWindow,
  type OpenDialogOptions,
} from 'electron';
import { writeFile } from 'node:fs/promises';
import type { ShellCalls } from '../app/contract';
import type { PopOut } from '../app/contract-pop-out';
import { LoupeError, messageOf } from '../app/errors';
import type { Implementation } from '../app/rpc/derive';
import { deskShell } from './desk-shell';
import { fileCalls } from './file-calls';
import { secretCalls } from './secret-calls';
import type { Links } from './links';
import { moveInShell } from './move-in-shell';
import type { Secrets } from './secrets';
import type { WindowState } from './window-state';

export interface ShellCallsOptions {
  readonly window: () => BrowserWindow | null;
  readonly state: WindowState;
  readonly secrets: Secrets;
  /** The profile that the command line asked for; null without one. */
  readonly activeProfile: () => Promise<string | null>;
  /** What went wrong until now and the person was not told yet. */
  readonly takeWarnings: () => readonly string[];
  /** The person chose to export to this path: the engine may write there. */
  readonly allowExport: (path: string) => Promise<void>;
  /** The person chose a file to send: the engine may read it. */
  readonly allowDeskFile: (path: string) => Promise<void>;
  /** The same for a file of connections. */
  readonly allowConnectionsExport: (path: string) => Promise<void>;
  readonly links: Links;
  readonly popOut: (wanted: PopOut) => void;
  readonly onTheme: (theme: 'system' | 'light' | 'dark') => void;
}

/** What only the main process can do, for its window. */
export function shellCalls(options: ShellCallsOptions): Implementation<ShellCalls> {
  const { state, secrets } = options;
  return {
    startup: async () => ({
      version: app.getVersion(),
      platform: process.platform,
      runtime: `Electron ${process.versions.electron}`,
      activeProfile: await options.activeProfile(),
      ui: state.ui,
      secretStorage: secrets.storage,
      vaultLocked: secrets.isLocked,
      warnings: options.takeWarnings(),
      popOut: null,
    }),
    saveUi: ({ ui }) => {
      state.setUi(ui);
      options.onTheme(ui.theme);
    },
    setSecret: ({ profileId, name, value }) => secrets.set(profileId, name, value),
    hasSecret: ({ profileId, name }) => secrets.has(profileId, name),
    copySecrets: ({ fromProfileId, toProfileId }) => secrets.copy(fromProfileId, toProfileId),
    ...secretCalls(options.window, secrets),
    copyText: ({ text }) => {
      // A promise in newer runtimes, nothing in older ones.
      void clipboard.writeText(text);
    },
    openLink: ({ url }) => openLink(url, options.window()),
    saveFile: ({ suggestedName, bytes }) => saveFile(suggestedName, bytes, options.window()),
    ...fileCalls(options.window, options.allowExport),
    ...deskShell(options.window, options.allowDeskFile),
    ...moveInShell(options),
    popOut: options.popOut,
    keepOnTop: ({ onTop }) => {
      options.window()?.setAlwaysOnTop(onTop);
    },
    chooseHistoryFile: () => chooseHistoryFile(options.window()),
    showInFolder: ({ path }) => {
      shell.showItemInFolder(path);
    },
  };
}

/** Asks, then opens a web link in the system's browser. Throws `invalid-argument` for anything else. */
export async function openLink(text: string, window: BrowserWindow | null): Promise<void> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new LoupeError('invalid-argument', 'Only http and https links can be opened.');
  }
  const question = {
    type: 'question' as const,
    message: 'Open this link in your browser?',
    detail: url.href,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } = window
    ? await dialog.showMessageBox(window, question)
    : await dialog.showMessageBox(question);
  if (response === 0) await shell.openExternal(url.href);
}

/** Asks for the file of a recorded history; null when the person cancelled. */
async function chooseHistoryFile(window: BrowserWindow | null): Promise<string | null> {
  const question: OpenDialogOptions = {
    title: 'Open a recorded history',
    buttonLabel: 'Open',
    filters: [
      {
        name: 'Recorded histories, recordings, NDJSON, CSV',
        extensions: ['db', 'mqttrec', 'ndjson', 'jsonl', 'csv'],
      },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile', 'dontAddToRecent'],
  };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, question)
    : await dialog.showOpenDialog(question);
  return canceled ? null : (filePaths[0] ?? null);
}

async function saveFile(
  suggestedName: string,
  bytes: Uint8Array,
  window: BrowserWindow | null,
): Promise<boolean> {
  const defaultPath = suggestedName.replace(/[^\p{L}\p{N}._ -]/gu, '_');
  const { canceled, filePath } = window
    ? await dialog.showSaveDialog(window, { defaultPath })
    : await dialog.showSaveDialog({ defaultPath });
  if (canceled || !filePath) return false;
  try {
    await writeFile(filePath, bytes);
    return true;
  } catch (error) {
    throw new LoupeError(
      'internal',
      `${filePath} could not be written (${messageOf(error)}). Choose another place or check the rights on it.`,
    );
  }
}
