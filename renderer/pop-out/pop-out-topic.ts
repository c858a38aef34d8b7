import type { TopicPath } from '../../app/contract';
import { shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';

/** Opens a topic in a window of its own. */
export async function popOutTopic(
  app: AppState,
  profileId: string,
  topic: TopicPath,
): Promise<void> {
  await app.attempt(() => shell.popOut({ profileId, topic }));
}
