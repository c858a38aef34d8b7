import type { TopicPath } from '../../app/contract';
import { formatBytes } from '../../app/payload/format';
import { hexText } from '../../app/payload/hex';
import { wholeMessage } from '../detail/whole-payload';
import type { AppState } from '../state/app.svelte';

/** More than this does not belong on a clipboard. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Copies the newest stored value of a topic at the moment in view: as text where it is UTF-8, else as hex digits; says which. */
export async function copyNewestValue(
  app: AppState,
  profileId: string,
  topic: TopicPath,
): Promise<void> {
  const page = await app.engine.calls.historyPage({
    profileId,
    topic,
    beforeId: null,
    atUs: app.timeOf(profileId).atUs,
    limit: 1,
    previewBytes: 0,
  });
  const newest = page.messages[0];
  if (!newest) {
    app.toasts.problem('There is no stored message of this topic to copy.');
    return;
  }
  if (newest.sizeBytes > MOST_BYTES) {
    app.toasts.problem(
      `The value has ${formatBytes(newest.sizeBytes)}: too large for the clipboard. Save it to a file instead.`,
    );
    return;
  }
  const whole = await wholeMessage(app.engine, profileId, newest, MOST_BYTES);
  const text = textOf(whole.payload);
  if (text === null) await app.copy(hexText(whole.payload), 'Value (as hex)');
  else await app.copy(text, 'Value');
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8: the caller copies hex digits.
    return null;
  }
}
