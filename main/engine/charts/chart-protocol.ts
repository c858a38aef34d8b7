import type {
  ChartExportSeries,
  ChartWhat,
  SeriesForm,
  SeriesFrame,
} from '../../../app/contract-charts';
import type { DecoderStep } from '../../../app/decoding/decoded';
import type { DecodingRule, DecodingSchema } from '../../../app/decoding/rules';
import type { WireError } from '../../../app/errors';

/** A number of a topic, as the charts' thread finds it. */
export interface StoredSource {
  /** The history's file, and the profile's id there. */
  readonly file: string;
  readonly profileId: string;
  readonly topic: string;
  readonly what: ChartWhat;
  readonly steps: readonly DecoderStep[] | null;
  readonly rule: DecodingRule | null;
  /** Another number means that schemas are others. */
  readonly schemasVersion: number;
}

export interface SeriesRequest {
  readonly source: StoredSource;
  readonly fromUs: number;
  readonly toUs: number;
  readonly bucketUs: number;
  /** What an earlier answer with the same source, beginning and buckets had in `seen`; null for everything. */
  readonly since: SeriesSeen | null;
}

/** How far an answer went. */
export interface SeriesSeen {
  /** Of the thread that answered. */
  readonly thread: number;
  /** Batches and segments are numbered; later ones are new. */
  readonly serial: number;
  /** How often some of them had gone: turned into others, or deleted. */
  readonly removals: number;
  readonly form: SeriesForm;
  readonly toUs: number;
}

export interface SeriesAnswer {
  /** Null: nothing is new. */
  readonly frame: SeriesFrame | null;
  readonly seen: SeriesSeen;
  /** The topic's newest message that was read; 0 for none. */
  readonly lastId: number;
}

export type ToChartThread =
  | { readonly t: 'schemas'; readonly schemas: readonly DecodingSchema[] }
  | { readonly t: 'read'; readonly id: number; readonly request: SeriesRequest }
  | { readonly t: 'cancel'; readonly id: number };

export type FromChartThread =
  | { readonly t: 'progress'; readonly id: number; readonly share: number }
  | { readonly t: 'done'; readonly id: number; readonly answer: SeriesAnswer }
  | { readonly t: 'failed'; readonly id: number; readonly error: WireError };

export interface ChartThreadStart {
  /** A number that no thread before had. */
  readonly thread: number;
  /** Two numbers: one that grows while the thread works, and the request that it works on. */
  readonly pulse: SharedArrayBuffer;
}

/** Every point of some numbers, to be written to a file. */
export interface ChartExportRequest {
  readonly series: ReadonlyArray<
    Omit<ChartExportSeries, 'source'> & { readonly source: StoredSource }
  >;
  readonly schemas: readonly DecodingSchema[];
  readonly fromUs: number;
  readonly toUs: number;
}
