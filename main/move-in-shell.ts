import {
  dialog,
  type BrowserWindow,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron';
import type { MoveInShellCalls } from '../app/contract-move-in';
import type { Implementation } from '../app/rpc/derive';
import { setLinkSetting } from './link-setting';
import type { Links } from './links';

export interface MoveInShellOptions {
  readonly window: () => BrowserWindow | null;
  readonly links: Links;
  /** The person chose to export connections to this path: the engine may write there. */
  readonly allowConnectionsExport: (path: string) => Promise<void>;
}

/** What only the main process can do for connections that come and go. */
export function moveInShell(options: MoveInShellOptions): Implementation<MoveInShellCalls> {
  const { window, links } = options;
  return {
    chooseConnectionsFile: () => chooseFile(window()),
    chooseConnectionsExport: async ({ suggestedName }) => {
      const path = await choosePlace(suggestedName, window());
      if (path !== null) await options.allowConnectionsExport(path);
      return path;
    },
    waitingLinks: () => links.waiting,
    answerLink: async ({ id, answer }) => ({ profileId: await links.answer(id, answer) }),
    setLinkSetting,
  };
}

/** Asks for a file with connections; null when the person cancelled. An options file has no extension. */
async function chooseFile(window: BrowserWindow | null): Promise<string | null> {
  const question: OpenDialogOptions = {
    title: 'Import connections',
    buttonLabel: 'Look at it',
    filters: [
      { name: 'All files', extensions: ['*'] },
      { name: 'Settings and databases', extensions: ['json', 'db', 'conf', 'txt', 'env'] },
    ],
    properties: ['openFile', 'showHiddenFiles', 'dontAddToRecent'],
  };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, question)
    : await dialog.showOpenDialog(question);
  return canceled ? null : (filePaths[0] ?? null);
}

async function choosePlace(
  suggestedName: string,
  window: BrowserWindow | null,
): Promise<string | null> {
  const question: SaveDialogOptions = {
    title: 'Export connections',
    buttonLabel: 'Export',
    defaultPath: `${suggestedName.replace(/[^\p{L}\p{N}._ -]/gu, '_')}.json`,
    filters: [{ name: 'Connections', extensions: ['json'] }],
    properties: ['showOverwriteConfirmation', 'dontAddToRecent'],
  };
  const { canceled, filePath } = window
    ? await dialog.showSaveDialog(window, question)
    : await dialog.showSaveDialog(question);
  return canceled || !filePath ? null : filePath;
}
