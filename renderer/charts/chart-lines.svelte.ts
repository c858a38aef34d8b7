import type { ChartGap } from '../../app/chart/track';
import type { ChartAxis, ChartSource, PanelSeries } from '../../app/contract-charts';
import { PROFILE_COLOURS, type ProfileColour } from '../../app/profile-colours';
import type { Span } from '../../app/time/span';
import type { AppState } from '../state/app.svelte';
import { GapsState } from './gaps-state.svelte';
import { lineName } from './line-words';
import { SeriesState } from './series-state.svelte';

/** A line of a chart, as it is shown. */
export interface ChartLine {
  readonly series: PanelSeries;
  readonly source: ChartSource;
  readonly state: SeriesState;
  readonly label: string;
  /** Null: that of the page. */
  readonly connection: string | null;
  readonly colour: ProfileColour;
  readonly unit: string;
  readonly axis: ChartAxis;
}

/** The numbers of one chart, kept open while it is shown. */
export class ChartLines {
  readonly #states = new Map<string, SeriesState>();
  readonly #gaps = new Map<string, GapsState>();
  #isOpen = true;

  constructor(
    private readonly app: AppState,
    /** The profile that the chart stays with. */
    private readonly profileId: string,
  ) {}

  /** The lines of a chart; what is not among them any more is closed. */
  of(all: readonly PanelSeries[]): readonly ChartLine[] {
    const lines = all.map((series, index) => this.#line(series, index, all));
    const wanted = new Set(all.map(({ id }) => id));
    for (const [id, state] of this.#states) {
      if (wanted.has(id)) continue;
      state.close();
      this.#states.delete(id);
    }
    return lines;
  }

  gapsOf(profileId: string): GapsState {
    const known = this.#gaps.get(profileId);
    if (known) return known;
    const gaps = new GapsState(this.app.engine, profileId);
    this.#gaps.set(profileId, gaps);
    return gaps;
  }

  /** Gaps of all connections, oldest first. */
  allGaps(lines: readonly ChartLine[]): readonly ChartGap[] {
    const profiles = new Set(lines.map(({ source }) => source.profileId));
    const found = [...profiles].flatMap((id) => this.gapsOf(id).gaps);
    return profiles.size < 2 ? found : found.sort((a, b) => a.fromUs - b.fromUs);
  }

  /** Tells the engine what is in view. */
  want(lines: readonly ChartLine[], span: Span, pixelUs: number, isLive: boolean): void {
    if (!this.#isOpen) return;
    for (const { state, source, series } of lines) {
      if (series.isHidden) continue;
      state.want({ span, pixelUs, isLive });
      this.gapsOf(source.profileId).want(span, isLive);
    }
  }

  close(): void {
    this.#isOpen = false;
    for (const state of [...this.#states.values(), ...this.#gaps.values()]) state.close();
  }

  #line(series: PanelSeries, index: number, all: readonly PanelSeries[]): ChartLine {
    const { topic, what, steps, unit, axis } = series;
    const profileId = series.profileId ?? this.profileId;
    const source = { profileId, topic, what, steps };
    const rule = this.app.decoding.ruleOf(topic);
    const isRate = what.kind === 'rate';
    return {
      ...{ series, source, axis },
      state: this.#stateOf(series.id, source),
      label: lineName(series),
      connection:
        profileId === this.profileId
          ? null
          : (this.app.profiles.find(profileId)?.profile.name ?? 'a connection that is gone'),
      colour: series.colour ?? (isRate ? null : rule?.colour) ?? freeColour(index, all),
      unit: unit ?? (isRate ? 'msg/s' : (rule?.unit ?? '')),
    };
  }

  #stateOf(id: string, source: ChartSource): SeriesState {
    const known = this.#states.get(id);
    if (known?.isOf(source)) return known;
    known?.close();
    const state = new SeriesState(this.app.engine, source);
    this.#states.set(id, state);
    return state;
  }
}

/** The first of the colours that no line before it was given. */
function freeColour(index: number, all: readonly PanelSeries[]): ProfileColour {
  const taken = new Set(all.map(({ colour }) => colour));
  const free = PROFILE_COLOURS.filter((colour) => colour !== 'grey' && !taken.has(colour));
  const before = all.slice(0, index).filter(({ colour }) => colour === null).length;
  return free[before % Math.max(1, free.length)] ?? 'blue';
}
