import Send from '@lucide/svelte/icons/send';
import type { Message, MessageHead, PublishDraft } from '../../app/contract';
import { EMPTY_DRAFT } from '../../app/desk/draft';
import { draftOfMessage, draftPropertiesOf } from '../../app/desk/from-message';
import { decodeUtf8, looksBinary } from '../../app/payload/utf8';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';
import type { MenuEntry } from '../ui/menu-items';
import { publishState } from './publish-state.svelte';

/** What is edited as text; a larger payload is sent from where it is stored. */
const MOST_TEXT_BYTES = 256 * 1024;
const MOST_BINARY_BYTES = 16 * 1024;
/** So many connections are offered for a message of a recorded history. */
const MOST_TARGETS = 8;

export const EDIT_AGAIN = 'Edit and send again';

/** Where a message could be sent again: its own connection, or for a recorded history those that are connected. */
function targetsOf(app: AppState, profileId: string): readonly { id: string; name: string }[] {
  const own = app.profiles.find(profileId);
  if (own === null) return [];
  if (own.archive === null) return [{ id: profileId, name: own.profile.name }];
  return app.profiles.connections
    .filter(({ state }) => state.kind === 'connected')
    .slice(0, MOST_TARGETS)
    .map(({ profile }) => ({ id: profile.id, name: profile.name }));
}

/** What puts a stored message into the publish form of its own connection, or of another; nothing where there is no form. */
export function editAgainEntries(
  app: AppState,
  profileId: string,
  topic: string,
  message: MessageHead,
): MenuEntry[] {
  // A window of one topic has no publish form.
  if (app.popOut !== null) return [];
  const targets = targetsOf(app, profileId);
  const isOwn = targets.length === 1 && targets[0]?.id === profileId;
  if (targets.length === 0) {
    const label = 'Connect first to send it again';
    return [{ kind: 'action', label, icon: Send, disabled: true, onselect: () => undefined }];
  }
  return targets.map(({ id, name }) => ({
    kind: 'action',
    label: isOwn ? EDIT_AGAIN : `Edit and send to “${name}”`,
    icon: Send,
    onselect: () => void editAgain(app, { from: profileId, to: id }, topic, message),
  }));
}

/** Puts a stored message into the publish form: its very bytes, QoS, retain flag and properties. */
export async function editAgain(
  app: AppState,
  { from, to }: { readonly from: string; readonly to: string },
  topic: string,
  { id, sizeBytes }: Pick<MessageHead, 'id' | 'sizeBytes'>,
): Promise<void> {
  const maxBytes = Math.min(sizeBytes, MOST_TEXT_BYTES);
  const message = await app.attempt(() =>
    app.engine.calls.message({ profileId: from, id, maxBytes }),
  );
  if (!message) return;
  showDraft(app, to, draftFor(from, topic, message));
}

function draftFor(profileId: string, topic: string, message: Message): PublishDraft {
  const { id, payload, sizeBytes, qos, retain, properties } = message;
  const isWhole = payload.length === sizeBytes;
  const text = isWhole ? decodeUtf8(payload) : null;
  const isText = text !== null && !looksBinary(text);
  if (isWhole && (isText || sizeBytes <= MOST_BINARY_BYTES)) {
    return draftOfMessage({ topic, payload, qos, retain, properties });
  }
  return {
    ...EMPTY_DRAFT,
    ...{ topic, qos, retain, variables: false, properties: draftPropertiesOf(properties) },
    source: { kind: 'message', profileId, messageId: id, sizeBytes },
  };
}

/** Shows a draft in the publish form of a profile; what stood there can be brought back. */
export function showDraft(app: AppState, profileId: string, draft: PublishDraft): void {
  const before = publishState.draftOf(profileId);
  publishState.change(profileId, draft);
  publishState.clearOutcome(profileId);
  app.updateUi({ publishOpen: true });
  if (app.activeProfile !== profileId) app.activate(profileId);
  app.show('topics');
  void focusPlace('publish');
  if (before.topic === '' && before.payload === '' && before.source === null) return;
  app.toasts.show({
    text: 'The draft was replaced',
    action: {
      label: 'Undo',
      run: () => {
        publishState.change(profileId, before);
      },
    },
  });
}
