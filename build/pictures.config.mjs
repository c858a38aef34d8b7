import { defineConfig } from '@playwright/test';

// The README's pictures, taken from the real app: `npm run pictures`.
export default defineConfig({
  testDir: './pictures',
  testMatch: '*.picture.ts',
  outputDir: '../test-results/pictures',
  workers: 1,
  timeout: 120_000,
  reporter: 'list',
});
