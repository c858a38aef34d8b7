import type { ChartFrame, ChartParams } from '../../../app/contract';
import type { EngineClient, OpenView } from '../../../app/rpc/client';

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
