import { defineConfig } from '@playwright/test';

/** One worker a display: two on one display would take the focus and the clipboard from each other. */
const displays = JSON.parse(process.env.MQTT_LOUPE_TEST_DISPLAYS ?? '[{}]');
// This file is read in each worker, too, which starts its windows on its own display.
Object.assign(process.env, displays[Number(process.env.TEST_PARALLEL_INDEX ?? 0)]);

export default defineConfig({
  testDir: '../tests/e2e',
  outputDir: '../test-results/e2e',
  // Each test starts the real Electron.
  workers: displays.length,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // As long as it takes on a busy machine: two starts of the app and a passphrase are in some.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
});
