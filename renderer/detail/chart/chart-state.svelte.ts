import type { ChartFrame, ChartParams } from '../../../app/contract';
import type { JsonPath } from '../../../app/payload/numbers';
import type { EngineClient, OpenView } from '../../../app/rpc/client';

export const SPANS = [
  { value: '60000', label: '1 min' },
  { value: '900000', label: '15 min' },
  { value: '3600000', label: '1 h' },
  { value: '86400000', label: '24 h' },
] as const;
export type Span = (typeof SPANS)[number]['value'];

/** Topics whose chosen number is remembered while the window lives. */
const MOST_CHOICES = 1000;

/** What was chosen for the charts: the span for all, the number per topic. */
class ChartChoices {
  #span = $state.raw<Span>('900000');
  #paths = $state.raw<ReadonlyMap<string, JsonPath>>(new Map());

  get span(): Span {
    return this.#span;
  }

  set span(span: Span) {
    this.#span = span;
  }

  pathOf(profileId: string, topic: string): JsonPath | undefined {
    return this.#paths.get(`${profileId}\u0000${topic}`);
  }

  setPath(profileId: string, topic: string, path: JsonPath): void {
    const entries = [...this.#paths, [`${profileId}\u0000${topic}`, path] as const];
    this.#paths = new Map(entries.slice(-MOST_CHOICES));
  }
}

export const chartChoices = new ChartChoices();

/** The live points of one number. */
export class ChartState {
  #frame = $state.raw<ChartFrame | null>(null);
  #problem = $state.raw<string | null>(null);

  constructor(private readonly engine: EngineClient) {}

  get frame(): ChartFrame | null {
    return this.#frame;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Opens the view and returns how to close it; the old points stay until the first new ones are here. */
  open(params: ChartParams): () => void {
    this.#problem = null;
    const view: OpenView<ChartParams> = this.engine.open(
      'chart',
      params,
      (frame) => {
        this.#frame = frame;
      },
      (error) => {
        this.#problem = error.message;
      },
    );
    return () => {
      view.close();
    };
  }
}
