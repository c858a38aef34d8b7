import type { TopicPath } from '../../app/contract';
import { EMPTY_DRAFT } from '../../app/desk/draft';
import type { AppState } from './app.svelte';
import { focusPlace } from './focus';

/** Puts a topic into the publish form, shows the form and goes there. */
export function startPublish(app: AppState, profileId: string, topic: TopicPath): void {
  app.setDraft(profileId, { ...(app.draftOf(profileId) ?? EMPTY_DRAFT), topic });
  app.updateUi({ publishOpen: true });
  void focusPlace('publish');
}
