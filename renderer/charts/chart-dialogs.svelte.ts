import type { FileJob } from '../files/file-job.svelte';
import type { ChartWhat, PanelSeries } from '../../app/contract-charts';

/** A line that is added to a chart, or changed. */
export interface LineWish {
  /** The profile whose charts they are. */
  readonly ownerId: string;
  /** Of the topic. */
  readonly profileId: string;
  readonly topic: string;
  /** Null: what the topic's messages are about. */
  readonly what: ChartWhat | null;
  /** The chart that is offered first; null for a new one. */
  readonly panelId: string | null;
  /** The line that is changed, and what to do with it; null for a new one. */
  readonly editing: {
    readonly series: PanelSeries;
    readonly save: (series: PanelSeries) => void;
  } | null;
}

/** The dialog for a line. */
class ChartDialogs {
  #wish = $state.raw<LineWish | null>(null);
  /** The values that are being exported, or null. */
  csv = $state.raw<FileJob | null>(null);

  get wish(): LineWish | null {
    return this.#wish;
  }

  add(
    profileId: string,
    topic: string,
    more: { readonly what?: ChartWhat; readonly panelId?: string } = {},
  ): void {
    const { what = null, panelId = null } = more;
    this.#wish = { ownerId: profileId, profileId, topic, what, panelId, editing: null };
  }

  edit(profileId: string, series: PanelSeries, save: (series: PanelSeries) => void): void {
    const { topic, what } = series;
    const editing = { series, save };
    this.#wish = { ownerId: profileId, profileId, topic, what, panelId: null, editing };
  }

  close(): void {
    this.#wish = null;
  }
}

export const chartDialogs = new ChartDialogs();
