import { shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';

/** Asks which file to import, and shows what is in it. */
export async function chooseImport(app: AppState): Promise<void> {
  const path = await app.attempt(() => shell.chooseImportFile());
  if (path !== null) overlays.importing = path;
}
