import type { TopicPath } from '../../app/contract';
import type { AppState } from './app.svelte';
import { focusPlace } from './focus';

/** Puts a topic into the publish form, shows the form and goes there. */
export function startPublish(app: AppState, profileId: string, topic: TopicPath): void {
  const draft = app.draftOf(profileId) ?? {
    topic: '',
    payload: '',
    qos: 0 as const,
    retain: false,
  };
  app.setDraft(profileId, { ...draft, topic });
  app.updateUi({ publishOpen: true });
  void focusPlace('publish');
}
