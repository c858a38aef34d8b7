import { detectPayload } from '../../app/payload/detect';
import type { Message } from '../../app/message';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';

/** What the publish form takes and remembers. */
const MOST_BYTES = 256 * 1024;

/** Why a message cannot be put into the publish form, in words; null when it can. */
export function publishProblem(message: Message): string | null {
  if (message.sizeBytes > MOST_BYTES || message.payload.length < message.sizeBytes) {
    return 'The payload is too large for the publish form';
  }
  const { kind, text } = detectPayload(message.payload, true);
  const isText = message.sizeBytes === 0 || (text !== null && kind !== 'binary');
  return isText ? null : 'The payload is not text: the publish form would change it';
}

/** Puts a message into the publish form, to be changed and sent. */
export function editAndPublish(
  app: AppState,
  profileId: string,
  topic: string,
  message: Message,
): void {
  const payload = new TextDecoder().decode(message.payload);
  app.setDraft(profileId, { topic, payload, qos: message.qos, retain: message.retain });
  app.updateUi({ publishOpen: true });
  app.show('topics');
  void focusPlace('publish');
}
