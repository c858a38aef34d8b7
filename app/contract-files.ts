/** The contract's part of files: what is exported to, and imported from. Files are the engine's; the shell asks where. */
import type { Selection } from './selection';

/** The formats of an export; `recording` is our own. */
export const EXPORT_FORMATS = ['recording', 'ndjson', 'csv', 'parquet', 'mqtt_recorder'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ImportFormat = 'recording' | 'ndjson' | 'csv' | 'mqtt_recorder';

export interface FilesCalls {
  /** How many messages a selection has now. */
  countForExport(arg: { readonly selection: Selection }): {
    readonly messages: number;
    readonly topics: number;
  };
  /**
   * Begins an export; `fileJob` shows how far it is. Only to a path that the person chose in the shell's dialog:
   * `forbidden` otherwise.
   */
  startExport(arg: {
    readonly selection: Selection;
    readonly format: ExportFormat;
    readonly path: string;
    /** What the recording is called. */
    readonly name: string;
    readonly note: string;
  }): { readonly jobId: number };
  /** Looks what a file is, and at its first rows. */
  previewImport(arg: {
    readonly path: string;
    /** Of mqtt_recorder's files: whether payloads are base64; null: as it looks. */
    readonly isBase64: boolean | null;
  }): ImportPreview;
  /** Begins an import into a history of its own. One at a time: `invalid-argument` while another one runs. */
  startImport(arg: {
    readonly path: string;
    readonly isBase64: boolean | null;
    readonly onBadRow: 'stop' | 'skip';
  }): { readonly jobId: number };
  /** Ends a job that runs; it leaves nothing. */
  cancelFileJob(arg: { readonly jobId: number }): void;
}

/** What a file holds, as far as its first megabyte tells. */
export interface ImportPreview {
  readonly format: ImportFormat;
  readonly isBase64: boolean;
  readonly fileBytes: number;
  /** What a recording calls itself, and says of itself; null for other files. */
  readonly name: string | null;
  readonly note: string | null;
  readonly program: string | null;
  /** All messages, where the file says so itself (a whole recording); null otherwise. */
  readonly totalMessages: number | null;
  /** Of what was read: how much, and whether that was all. */
  readonly readBytes: number;
  readonly isWhole: boolean;
  readonly messages: number;
  readonly problems: number;
  readonly firstProblems: readonly { readonly line: number | null; readonly why: string }[];
  readonly firstTimeUs: number | null;
  readonly lastTimeUs: number | null;
  /** The first messages as they would become. */
  readonly rows: readonly ImportPreviewRow[];
}

export interface ImportPreviewRow {
  readonly timeUs: number;
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly sizeBytes: number;
  /** The beginning of the payload. */
  readonly payload: Uint8Array;
}

/** How far an export or import is, and how it ended. */
export type FileJobFrame =
  | {
      readonly state: 'running';
      readonly messages: number;
      readonly bytes: number;
      /** From 0 to 1. */
      readonly share: number;
    }
  | {
      readonly state: 'exported';
      readonly messages: number;
      readonly bytes: number;
      readonly path: string;
    }
  | {
      readonly state: 'imported';
      /** False when the same content had been imported before: that is opened, and nothing was imported. */
      readonly isNew: boolean;
      readonly profileIds: readonly string[];
      readonly messages: number;
      readonly skipped: number;
      readonly lost: number;
      readonly lostBytes: number;
      readonly problems: readonly { readonly line: number | null; readonly why: string }[];
    }
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed'; readonly message: string };

export interface FilesViews {
  fileJob: { readonly params: { readonly jobId: number }; readonly frame: FileJobFrame };
}

/** What only the main process can do for it. */
export interface FilesShellCalls {
  /** Asks where to export to; the engine may then write there. Null when the person cancelled. */
  chooseExportFile(arg: {
    readonly suggestedName: string;
    readonly format: ExportFormat;
  }): string | null;
  /** Asks which file to import; its path, or null when the person cancelled. */
  chooseImportFile(): string | null;
  /** Shows a file that was exported in the system's file manager. */
  showInFolder(arg: { readonly path: string }): void;
}
