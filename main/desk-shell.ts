import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DeskShellCalls } from '../app/contract-desk';
import { LoupeError, messageOf } from '../app/errors';
import type { Implementation } from '../app/rpc/derive';

const QUESTIONS: Readonly<Record<'payload' | 'csv', OpenDialogOptions>> = {
  payload: { title: 'Send a file as payload', buttonLabel: 'Choose', filters: [] },
  csv: {
    title: 'Send the rows of a CSV file',
    buttonLabel: 'Choose',
    filters: [
      { name: 'CSV', extensions: ['csv', 'tsv', 'txt'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
};

/** Which files are sent: the shell's dialogs. */
export function deskShell(
  window: () => BrowserWindow | null,
  allow: (path: string) => Promise<void>,
): Implementation<DeskShellCalls> {
  return {
    chooseDeskFile: async ({ purpose }) => {
      const question: OpenDialogOptions = {
        ...QUESTIONS[purpose],
        properties: ['openFile', 'dontAddToRecent'],
      };
      const open = window();
      const { canceled, filePaths } = open
        ? await dialog.showOpenDialog(open, question)
        : await dialog.showOpenDialog(question);
      const [path] = filePaths;
      if (canceled || path === undefined) return null;
      const sizeBytes = await sizeOf(path);
      await allow(path);
      return { path, name: basename(path), sizeBytes };
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw new LoupeError('file-unreadable', `${path} cannot be read: ${messageOf(error)}.`);
  }
}
