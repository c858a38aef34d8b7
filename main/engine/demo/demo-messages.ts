/** What the demo worker is started with. */
export interface DemoWorkerData {
  /** The port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Makes the plant repeat itself. */
  readonly seed: number | null;
}

/** Worker → engine: it listens, or it can't. */
export type DemoWorkerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Engine → worker. */
export const STOP_MESSAGE = 'stop';
