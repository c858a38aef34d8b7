import {
  dialog,
  shell,
  type BrowserWindow,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron';
import type { ExportFormat, FilesShellCalls } from '../app/contract-files';
import type { Implementation } from '../app/rpc/derive';

/** The extension of each format, and what dialogs call it. */
const kinds: Readonly<Record<ExportFormat, { readonly name: string; readonly extension: string }>> =
  {
    recording: { name: 'Recordings', extension: 'mqttrec' },
    ndjson: { name: 'NDJSON', extension: 'ndjson' },
    csv: { name: 'CSV', extension: 'csv' },
    parquet: { name: 'Parquet', extension: 'parquet' },
    mqtt_recorder: { name: 'CSV of mqtt_recorder', extension: 'csv' },
  };

/** Where to export to, and what to import: the shell's dialogs. */
export function fileCalls(
  window: () => BrowserWindow | null,
  allowExport: (path: string) => Promise<void>,
): Implementation<FilesShellCalls> {
  /** What was exported to since the start: nothing else is shown. */
  const chosen = new Set<string>();
  return {
    chooseExportFile: async ({ suggestedName, format }) => {
      const path = await chooseTarget(suggestedName, format, window());
      if (path === null) return null;
      chosen.add(path);
      await allowExport(path);
      return path;
    },
    chooseImportFile: () => chooseSource(window()),
    showInFolder: ({ path }) => {
      if (chosen.has(path)) shell.showItemInFolder(path);
    },
  };
}

async function chooseTarget(
  suggestedName: string,
  format: ExportFormat,
  window: BrowserWindow | null,
): Promise<string | null> {
  const { name, extension } = kinds[format];
  const plain = suggestedName.replace(/[^\p{L}\p{N}._ -]/gu, '_');
  const question: SaveDialogOptions = {
    title: 'Export messages',
    buttonLabel: 'Export',
    defaultPath: `${plain}.${extension}`,
    filters: [{ name, extensions: [extension] }],
    properties: ['showOverwriteConfirmation', 'dontAddToRecent'],
  };
  const { canceled, filePath } = window
    ? await dialog.showSaveDialog(window, question)
    : await dialog.showSaveDialog(question);
  return canceled || !filePath ? null : filePath;
}

/** Asks for a file to import; null when the person cancelled. */
async function chooseSource(window: BrowserWindow | null): Promise<string | null> {
  const question: OpenDialogOptions = {
    title: 'Import messages',
    buttonLabel: 'Look at it',
    filters: [
      {
        name: 'Recordings, NDJSON, CSV',
        extensions: ['mqttrec', 'ndjson', 'jsonl', 'json', 'csv'],
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
