import { messageOf } from '../../app/errors';
import { pathOf, shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';

/** Opens a recorded history and shows it; what is none is looked at as something to import. What went wrong is told. */
export async function openArchive(app: AppState, path: string): Promise<void> {
  try {
    const { profileIds } = await app.engine.calls.openHistoryFile({ path });
    const [first] = profileIds;
    if (first !== undefined) app.activate(first);
  } catch (error) {
    if (await canBeImported(app, path)) overlays.importing = path;
    else if (await hasConnections(app, path))
      overlays.movingIn = { source: { kind: 'file', path } };
    else app.toasts.problem(messageOf(error));
  }
}

/** Whether there are messages in the file. */
async function canBeImported(app: AppState, path: string): Promise<boolean> {
  try {
    const { messages } = await app.engine.calls.previewImport({ path, isBase64: null });
    return messages > 0;
  } catch {
    // Then the words about the history say what is wrong.
    return false;
  }
}

/** Whether the file has connections of another program, or of ours. */
async function hasConnections(app: AppState, path: string): Promise<boolean> {
  try {
    const preview = await app.engine.calls.previewConnections({
      from: { kind: 'file', path },
      passphrase: null,
    });
    if (preview.kind === 'read')
      await app.engine.calls.closeConnectionsPreview({ previewId: preview.previewId });
    return true;
  } catch {
    return false;
  }
}

/** Asks which recorded history to open. */
export async function chooseArchive(app: AppState): Promise<void> {
  const path = await app.attempt(() => shell.chooseHistoryFile());
  if (path !== null) await openArchive(app, path);
}

/** Lets go of the file; the window goes to the list of connections when it was shown. */
export async function closeArchive(app: AppState, path: string): Promise<void> {
  const wasShown = app.profiles.find(app.activeProfile)?.archive?.path === path;
  if (wasShown) app.activate(null);
  await app.attempt(() => app.engine.calls.closeHistoryFile({ path }));
}

/** Whether files are dragged from elsewhere, and not a card of the window. */
export function bringsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** Opens the files that were dropped on the window. */
export async function openDropped(app: AppState, event: DragEvent): Promise<void> {
  const paths = [...(event.dataTransfer?.files ?? [])].map((file) => pathOf(file));
  for (const path of paths) if (path !== null) await openArchive(app, path);
}
