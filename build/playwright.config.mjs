import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '../tests/e2e',
  outputDir: '../test-results/e2e',
  // Each test starts the real Electron: one at a time.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
});
