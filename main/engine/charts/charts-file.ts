import { join } from 'node:path';
import * as v from 'valibot';
import { panelsSchema } from '../../../app/contract-charts-schemas';
import type { ChartPanel } from '../../../app/contract-charts';
import { JsonFile } from '../../files/json-file';

const fileSchema = v.object({
  version: v.literal(1),
  profiles: v.array(v.object({ id: v.string(), panels: panelsSchema })),
});
type FileContent = v.InferOutput<typeof fileSchema>;

const NO_PANELS: readonly ChartPanel[] = [];

/** The charts that stay with each profile, also with those of recorded histories and of the built-in broker. */
export class ChartsFile {
  readonly #file: JsonFile<FileContent>;

  constructor(home: string, warn: (message: string) => void) {
    this.#file = new JsonFile({
      file: join(home, 'charts.json'),
      schema: fileSchema,
      initial: { version: 1, profiles: [] },
      entries: { profiles: ['page of charts', 'pages of charts'] },
      warn,
    });
  }

  /** Another list whenever it changed. */
  panels(profileId: string): readonly ChartPanel[] {
    return this.#file.value.profiles.find(({ id }) => id === profileId)?.panels ?? NO_PANELS;
  }

  setPanels(profileId: string, panels: readonly ChartPanel[]): void {
    const others = this.#file.value.profiles.filter(({ id }) => id !== profileId);
    const own = panels.length === 0 ? [] : [{ id: profileId, panels: panels.map(plainPanel) }];
    this.#file.set({ version: 1, profiles: [...others, ...own] });
  }

  /** A copy of a profile begins with its charts. */
  copy(fromId: string, toId: string): void {
    const panels = this.panels(fromId);
    if (panels.length > 0) this.setPanels(toId, panels);
  }

  forget(profileId: string): void {
    if (this.panels(profileId).length > 0) this.setPanels(profileId, []);
  }

  flush(): void {
    this.#file.flush();
  }
}

function plainPanel(panel: ChartPanel): FileContent['profiles'][number]['panels'][number] {
  return {
    ...panel,
    series: panel.series.map((series) => ({
      ...series,
      what:
        series.what.kind === 'value'
          ? { ...series.what, path: [...series.what.path] }
          : series.what,
      steps: series.steps?.map((step) => ({ ...step, options: { ...step.options } })) ?? null,
    })),
  };
}
