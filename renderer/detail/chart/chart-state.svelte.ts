import type { Moment } from '../../../app/contract-time';
import type { ChartFrame, ChartParams } from '../../../app/contract';
import type { EngineClient, OpenView } from '../../../app/rpc/client';

/** The live points of one number. */
export class ChartState {
  #frame = $state.raw<ChartFrame | null>(null);
  #problem = $state.raw<string | null>(null);
  #view: OpenView<ChartParams> | null = null;
  #params: ChartParams | null = null;
  #atUs: Moment = null;

  constructor(private readonly engine: EngineClient) {}

  get frame(): ChartFrame | null {
    return this.#frame;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Opens the view and returns how to close it; the old points stay until the first new ones are here. */
  open(params: Omit<ChartParams, 'atUs'>): () => void {
    this.#problem = null;
    this.#params = { ...params, atUs: this.#atUs };
    const view = this.engine.open(
      'chart',
      this.#params,
      (frame) => {
        this.#frame = frame;
      },
      (error) => {
        this.#problem = error.message;
      },
    );
    this.#view = view;
    return () => {
      view.close();
      this.#view = null;
    };
  }

  /** Ends the span at a moment; null is now. */
  at(atUs: Moment): void {
    if (atUs === this.#atUs) return;
    this.#atUs = atUs;
    if (!this.#params) return;
    this.#params = { ...this.#params, atUs };
    this.#view?.update(this.#params);
  }
}
