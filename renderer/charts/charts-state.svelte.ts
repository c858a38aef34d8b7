import type { ChartPanel, PanelSeries } from '../../app/contract-charts';
import { messageOf } from '../../app/errors';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { toaster } from '../ui/toaster.svelte';
import { ChartCursor } from './chart-cursor.svelte';
import { ChartRange } from './chart-range.svelte';

const USUAL_LENGTH_US = 15 * 60 * 1e6;

/** The charts that stay with a profile, and the time that they show. */
export class ChartsState {
  readonly cursor = new ChartCursor();
  readonly range: ChartRange;
  #panels = $state.raw<readonly ChartPanel[] | null>(null);
  #problem = $state.raw<string | null>(null);
  #lengthUs = $state.raw(USUAL_LENGTH_US);
  #view: OpenView<{ readonly profileId: string }> | null = null;

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
    endUs: () => number | null,
  ) {
    this.range = new ChartRange({
      endUs,
      lengthUs: () => this.#lengthUs,
      setLength: (lengthUs) => {
        this.#lengthUs = lengthUs;
      },
    });
  }

  /** Null until they are known. */
  get panels(): readonly ChartPanel[] | null {
    return this.#panels;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Follows them from now on. */
  open(): void {
    if (this.#view) return;
    this.#problem = null;
    this.#view = this.engine.open(
      'charts',
      { profileId: this.profileId },
      ({ panels }) => {
        this.#panels = panels;
      },
      (error) => {
        this.#view = null;
        this.#problem = error.message;
      },
    );
  }

  /** Adds a line to a chart, or to a new one. */
  async add(panelId: string | null, series: PanelSeries): Promise<void> {
    const panels = await this.#known();
    const target = panels.find(({ id }) => id === panelId);
    if (!target) await this.addChart([series]);
    else await this.change({ ...target, series: [...target.series, series] });
  }

  async addChart(series: readonly PanelSeries[]): Promise<void> {
    const panels = await this.#known();
    await this.#save([...panels, { id: crypto.randomUUID(), title: '', series }]);
  }

  async change(panel: ChartPanel): Promise<void> {
    await this.#save((this.#panels ?? []).map((one) => (one.id === panel.id ? panel : one)));
  }

  /** Takes a chart away and offers to put it back. */
  async remove(panel: ChartPanel, name: string): Promise<void> {
    const before = this.#panels ?? [];
    await this.#save(before.filter(({ id }) => id !== panel.id));
    toaster.show({
      text: `“${name}” removed`,
      lastsMs: 10_000,
      action: {
        label: 'Undo',
        run: () => {
          this.#save(before).catch((error: unknown) => toaster.problem(messageOf(error)));
        },
      },
    });
  }

  async move(panel: ChartPanel, by: -1 | 1): Promise<void> {
    const others = (this.#panels ?? []).filter(({ id }) => id !== panel.id);
    const at = (this.#panels ?? []).findIndex(({ id }) => id === panel.id) + by;
    if (at >= 0 && at <= others.length) await this.#save(others.toSpliced(at, 0, panel));
  }

  /** What is there now, also before the page was ever shown. */
  async #known(): Promise<readonly ChartPanel[]> {
    if (this.#panels) return this.#panels;
    return await new Promise((resolve, reject) => {
      const view = this.engine.open(
        'charts',
        { profileId: this.profileId },
        ({ panels }) => {
          view.close();
          resolve(panels);
        },
        reject,
      );
    });
  }

  async #save(panels: readonly ChartPanel[]): Promise<void> {
    this.#panels = panels;
    await this.engine.calls.saveCharts({ profileId: this.profileId, panels });
  }
}
