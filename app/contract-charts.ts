/** The contract's part of charts: any number of any topic, live and through the whole history, and the panels that stay with a profile. */
import type { DecoderStep } from './decoding/decoded';
import type { JsonPath } from './payload/numbers';
import type { ProfileColour } from './profile-colours';

/** What is drawn of a topic. */
export type ChartWhat =
  /** What stands at a path of its (decoded) payloads; an empty path is the whole payload. */
  | { readonly kind: 'value'; readonly path: JsonPath }
  /** A Sparkplug metric, by its name: aliases are resolved with the births before each message. */
  | { readonly kind: 'metric'; readonly name: string }
  /** Messages per second of the topic, or of it and everything below. */
  | { readonly kind: 'rate'; readonly below: boolean };

export interface ChartSource {
  readonly profileId: string;
  readonly topic: string;
  readonly what: ChartWhat;
  /** How a person chose to decode the topic; null: as rules, topic and content say. */
  readonly steps: readonly DecoderStep[] | null;
}

export interface SeriesParams {
  readonly source: ChartSource;
  readonly fromUs: number;
  /** Null: until now, and growing. */
  readonly toUs: number | null;
  /** The time that one bucket covers: about a pixel. Buckets begin at multiples of it since 1970. */
  readonly bucketUs: number;
}

/** A number, false and true (0 and 1), or words (places in `words`). */
export type SeriesForm = 'number' | 'boolean' | 'words';

export interface SeriesPoint {
  readonly timeUs: number;
  readonly value: number;
}

/**
 * The points of a number in a span. Of each bucket the first, the smallest, the largest and the last stay, in the order
 * of time, so that no spike is ever lost and every line ends where it should.
 */
export interface SeriesFrame {
  readonly form: SeriesForm;
  readonly words: readonly string[];
  readonly fromUs: number;
  readonly toUs: number;
  readonly bucketUs: number;
  /** What was sent before stays up to here; null: everything is here. */
  readonly tailFromUs: number | null;
  readonly timesUs: Float64Array;
  /** `NaN` where a message says that there is no value (JSON's null). */
  readonly values: Float64Array;
  /** Of each bucket that has values: where it begins, how many they are, and their sum. */
  readonly starts: Float64Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  /** The nearest points outside of the span; null when there are none near. */
  readonly before: SeriesPoint | null;
  readonly after: SeriesPoint | null;
  /** Messages of the span without a value of this kind, and what the newest of them had instead, in words. */
  readonly skipped: number;
  readonly instead: string | null;
  /** How much was read until now, from 0 to 1, while the history is read; null when everything is here. */
  readonly loading: number | null;
}

/** Something of a topic that can be drawn, as its last message offers it. */
export interface ChartCandidate {
  readonly what: ChartWhat;
  readonly form: SeriesForm;
  /** The value now, in words. */
  readonly value: string;
  readonly unit: string | null;
}

export type ChartAxis = 'left' | 'right';

/** A line of a panel. */
export interface PanelSeries {
  readonly id: string;
  /** Null: the profile that the panel stays with. */
  readonly profileId: string | null;
  readonly topic: string;
  readonly what: ChartWhat;
  readonly steps: readonly DecoderStep[] | null;
  /** Null: the rule's, or the next free one. */
  readonly colour: ProfileColour | null;
  /** Null: the rule's. */
  readonly unit: string | null;
  readonly axis: ChartAxis;
  readonly isHidden: boolean;
}

/** A chart that stays with a profile. */
export interface ChartPanel {
  readonly id: string;
  /** Empty: named after what it shows. */
  readonly title: string;
  readonly series: readonly PanelSeries[];
}

export const MOST_PANELS = 50;
export const MOST_PANEL_SERIES = 24;
/** Buckets of a span at the most. */
export const MOST_BUCKETS = 20_000;

export interface ChartCalls {
  /** Replaces the panels of a profile, in their order. */
  saveCharts(arg: { readonly profileId: string; readonly panels: readonly ChartPanel[] }): void;
  /** What of a topic's last message can be drawn, what it is about first. Throws `not-found` without a message. */
  chartCandidates(arg: {
    readonly profileId: string;
    readonly topic: string;
    readonly steps: readonly DecoderStep[] | null;
  }): readonly ChartCandidate[];
  /**
   * Begins to write every point of a span to a CSV file, in full resolution; `fileJob` shows how far it is. Only to a
   * path that the person chose in the shell's dialog: `forbidden` otherwise.
   */
  startChartExport(arg: {
    readonly series: readonly ChartExportSeries[];
    readonly fromUs: number;
    readonly toUs: number;
    readonly path: string;
  }): { readonly jobId: number };
}

export interface ChartExportSeries {
  readonly source: ChartSource;
  /** How the connection and the unit are called in the file. */
  readonly connection: string;
  readonly unit: string;
}

export interface ChartViews {
  series: { readonly params: SeriesParams; readonly frame: SeriesFrame };
  charts: {
    readonly params: { readonly profileId: string };
    readonly frame: { readonly panels: readonly ChartPanel[] };
  };
}
