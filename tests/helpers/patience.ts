/** How long anything is waited for, ms: on a busy machine it takes as long as it takes. */
export const PATIENCE_MS = 60_000;

/** The same for `vi.waitFor`, which would give up after a second. */
export const PATIENCE = { timeout: PATIENCE_MS };
