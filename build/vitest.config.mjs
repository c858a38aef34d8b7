import { svelte } from '@sveltejs/vite-plugin-svelte';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { root } from './paths.mjs';

export default defineConfig({
  root,
  cacheDir: join(root, 'node_modules', '.cache', 'vite'),
  // State classes (`*.svelte.ts`) can be tested without a page; runes are plain fields and getters here.
  plugins: [svelte({ configFile: false })],
  test: {
    dir: join(root, 'tests'),
    // End-to-end tests are Playwright's: `*.spec.ts`.
    include: ['**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    // Most of them wait for brokers and timers half of the time.
    maxWorkers: availableParallelism() + 1,
    // On a busy machine everything takes as long as it takes; only what hangs is to end.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    restoreMocks: true,
    // Nothing is retried and nothing passes by not being there.
    retry: 0,
    allowOnly: false,
  },
});
