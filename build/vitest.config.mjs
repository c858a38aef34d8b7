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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // How long something is waited for, which on a busy machine takes as long as it takes.
    expect: { poll: { timeout: 15_000 } },
    restoreMocks: true,
    // Nothing is retried and nothing passes by not being there.
    retry: 0,
    allowOnly: false,
  },
});
