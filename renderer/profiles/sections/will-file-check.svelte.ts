import type { WillFileCheck } from '../../../app/contract-tls';
import { app } from '../../state/app.svelte';

/** While somebody types a path, not every letter is looked up. */
const SETTLED_MS = 250;

/** What the engine says of the file that a last will names. */
export class WillFileLook {
  #found = $state.raw<(WillFileCheck & { readonly path: string }) | null>(null);

  /** Why this file cannot be used; null while that is not known, or when it can. */
  problem(path: string): string | null {
    return this.#of(path)?.problem ?? null;
  }

  sizeBytes(path: string): number | null {
    return this.#of(path)?.sizeBytes ?? null;
  }

  /** For an `$effect`: asks a moment later; returns how to forget it. */
  follow(path: string): () => void {
    if (path === '') return () => undefined;
    const ask = async (): Promise<void> => {
      const found = await app.engine.calls
        .checkWillFile({ path })
        // The engine was stopped meanwhile: the file is looked at again when it is used.
        .catch(() => null);
      this.#found = found && { ...found, path };
    };
    const timer = setTimeout(() => void ask(), SETTLED_MS);
    return () => {
      clearTimeout(timer);
    };
  }

  /** An answer that comes late is of a path that was typed before. */
  #of(path: string): WillFileCheck | null {
    return this.#found?.path === path ? this.#found : null;
  }
}
