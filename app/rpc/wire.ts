/** What travels over the port between a renderer and the engine. */
import type { WireError } from '../errors';

export type ToEngine =
  | { readonly t: 'call'; readonly id: number; readonly method: string; readonly arg: unknown }
  | { readonly t: 'open'; readonly id: number; readonly view: string; readonly params: unknown }
  | { readonly t: 'update'; readonly id: number; readonly params: unknown }
  /** The frame with this number is on the screen: the next one may come. */
  | { readonly t: 'ack'; readonly id: number; readonly frame: number }
  | { readonly t: 'close'; readonly id: number };

export type ToRenderer =
  | { readonly t: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly t: 'error'; readonly id: number; readonly error: WireError }
  | {
      readonly t: 'frame';
      readonly id: number;
      readonly frame: number;
      readonly value: unknown;
      /** Somebody waits for it: it answers new parameters or follows a call, and not just what arrived meanwhile. */
      readonly urgent: boolean;
    }
  /** The view ended: its parameters were refused or its subject failed. */
  | { readonly t: 'ended'; readonly id: number; readonly error: WireError };

/** One end of a port: whatever carries structured clones in order. */
export interface Port<Out, In> {
  send(message: Out): void;
  /** Returns how to stop listening. */
  listen(receive: (message: In) => void): () => void;
}
