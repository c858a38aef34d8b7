import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { join } from 'node:path';
import * as v from 'valibot';
import type { UiState } from '../app/contract';
import { uiStateSchema } from '../app/contract-schemas';
import { JsonFile } from './files/json-file';

export const DEFAULT_SIZE = { width: 1280, height: 800 };
export const MINIMUM_SIZE = { minWidth: 900, minHeight: 600 };

/** Electron takes whole pixels only; what no screen can have is a mistake. */
const place = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000));

const fileSchema = v.object({
  version: v.literal(1),
  bounds: v.fallback(
    v.nullable(
      v.object({
        x: place,
        y: place,
        width: v.pipe(place, v.minValue(MINIMUM_SIZE.minWidth)),
        height: v.pipe(place, v.minValue(MINIMUM_SIZE.minHeight)),
      }),
    ),
    null,
  ),
  maximised: v.fallback(v.boolean(), false),
  ui: uiStateSchema,
});

/** What the window remembers between runs: where it stands and what its page asked to keep. */
export class WindowState {
  private readonly file: JsonFile<v.InferOutput<typeof fileSchema>>;

  constructor(home: string, warn: (message: string) => void) {
    this.file = new JsonFile({
      file: join(home, 'window.json'),
      schema: fileSchema,
      initial: { version: 1, bounds: null, maximised: false, ui: v.parse(uiStateSchema, {}) },
      warn,
    });
  }

  get ui(): UiState {
    return this.file.value.ui;
  }

  setUi(ui: UiState): void {
    // The contract's lists are readonly; the file's own copy is not.
    this.file.set({ ...this.file.value, ui: structuredClone(ui) as typeof this.file.value.ui });
  }

  /** Where the window stood, if a screen still shows that place. */
  get bounds(): Partial<Rectangle> {
    const { bounds } = this.file.value;
    if (!bounds) return DEFAULT_SIZE;
    const visible = screen.getAllDisplays().some(({ workArea }) => overlaps(workArea, bounds));
    return visible ? bounds : { width: bounds.width, height: bounds.height };
  }

  get maximised(): boolean {
    return this.file.value.maximised;
  }

  follow(window: BrowserWindow): void {
    const keep = (): void => {
      if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
      const maximised = window.isMaximized();
      const bounds = maximised ? this.file.value.bounds : window.getNormalBounds();
      this.file.set({ ...this.file.value, bounds, maximised });
    };
    window.on('resize', keep);
    window.on('move', keep);
    window.on('maximize', keep);
    window.on('unmaximize', keep);
  }

  flush(): void {
    this.file.flush();
  }
}

function overlaps(a: Rectangle, b: Rectangle): boolean {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide >= 100 && high >= 50;
}
