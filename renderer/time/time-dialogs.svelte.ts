import type { TopicPath } from '../../app/contract';
import type { TimeMark } from '../../app/contract-time';
import type { TimeState } from './time-state.svelte';

export type TimeDialog =
  | { readonly kind: 'jump'; readonly time: TimeState }
  | { readonly kind: 'mark'; readonly time: TimeState; readonly mark: TimeMark }
  /** Compares a branch at two moments; an empty path means all topics. */
  | {
      readonly kind: 'compare';
      readonly time: TimeState;
      readonly path: TopicPath;
      /** The first of the moments, where one was chosen already. */
      readonly fromUs?: number;
    };

/** Which dialog of the time machine lies over the window. */
class TimeDialogs {
  #shown = $state.raw<TimeDialog | null>(null);

  get shown(): TimeDialog | null {
    return this.#shown;
  }

  open(dialog: TimeDialog): void {
    this.#shown = dialog;
  }

  close(): void {
    this.#shown = null;
  }
}

export const timeDialogs = new TimeDialogs();
