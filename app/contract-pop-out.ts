import * as v from 'valibot';
import type { TopicPath } from './contract';
import { MAX_TOPIC_LENGTH } from './topic';

/** What a window of its own is about: one topic. */
export interface PopOut {
  readonly profileId: string;
  readonly topic: TopicPath;
}

export interface PopOutShellCalls {
  /** Opens a topic in a window of its own; where there is one for it already, that one comes to the front. */
  popOut(arg: PopOut): void;
  /** Whether the window that asks stays above all others. */
  keepOnTop(arg: { readonly onTop: boolean }): void;
}

export const popOutShellSchemas = {
  popOut: v.object({
    profileId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    topic: v.pipe(v.string(), v.maxLength(MAX_TOPIC_LENGTH)),
  }),
  keepOnTop: v.object({ onTop: v.boolean() }),
};
