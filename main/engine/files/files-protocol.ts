import type { ImportPreview } from '../../../app/contract-files';
import type { WireError } from '../../../app/errors';
import type { Selection } from '../../../app/selection';
import type { ChartExportRequest } from '../charts/chart-protocol';
import type { SelectionCount } from '../history/archive';
import type { ExportProgress, ExportRequest } from './exporter';
import type { OwnHistoryResult } from './import-own-history';

/** What a thread is started for. */
export type FilesTask =
  | { readonly kind: 'count'; readonly file: string; readonly selection: Selection }
  | { readonly kind: 'export'; readonly request: ExportRequest; readonly path: string }
  | { readonly kind: 'chart'; readonly request: ChartExportRequest; readonly path: string }
  | { readonly kind: 'preview'; readonly path: string; readonly isBase64: boolean | null }
  | {
      readonly kind: 'import';
      readonly home: string;
      readonly threads: string;
      readonly path: string;
      readonly isBase64: boolean | null;
      readonly onBadRow: 'stop' | 'skip';
    };

export interface FilesResults {
  readonly count: SelectionCount;
  readonly export: ExportProgress;
  readonly chart: ExportProgress;
  readonly preview: ImportPreview;
  readonly import: OwnHistoryResult;
}

export type FilesProgress = ExportProgress;

export interface FilesStart {
  readonly task: FilesTask;
  /** One number, which is 1 when the task was cancelled. */
  readonly cancelled: SharedArrayBuffer;
}

export type FilesReply =
  | { readonly kind: 'progress'; readonly progress: FilesProgress }
  | { readonly kind: 'done'; readonly result: FilesResults[FilesTask['kind']] }
  | { readonly kind: 'failed'; readonly error: WireError };
