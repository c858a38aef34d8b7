// Every bundle of the app, in one list.

/** The bundle that is a program of its own: `bin` in package.json. */
export const commandLineFile = 'cli/mqtt-loupe.cjs';

/**
 * Programs that run in Node: one CommonJS file each (a sandboxed preload must be a single CommonJS file).
 * @type {readonly {source: string, output: string}[]}
 */
export const nodeEntries = [
  { source: 'main/main.ts', output: 'main/main.cjs' },
  { source: 'main/preload.ts', output: 'main/preload.cjs' },
  { source: 'main/engine/engine.ts', output: 'engine/engine.cjs' },
  { source: 'main/engine/history/reader-worker.ts', output: 'engine/history-reader.cjs' },
  { source: 'main/engine/history/search/search-worker.ts', output: 'engine/history-search.cjs' },
  { source: 'main/engine/history/writer-worker.ts', output: 'engine/history-writer.cjs' },
  { source: 'main/engine/history/job-worker.ts', output: 'engine/history-jobs.cjs' },
  { source: 'main/engine/files/files-worker.ts', output: 'engine/files-worker.cjs' },
  { source: 'main/engine/move-in/move-in-worker.ts', output: 'engine/move-in.cjs' },
  { source: 'main/engine/replay/source-worker.ts', output: 'engine/replay-source.cjs' },
  { source: 'main/engine/decoding/decoding-worker.ts', output: 'engine/decoding.cjs' },
  { source: 'main/engine/charts/chart-worker.ts', output: 'engine/charts.cjs' },
  { source: 'main/engine/demo/demo-worker.ts', output: 'engine/demo-broker.cjs' },
  { source: 'main/cli/mqtt-loupe.ts', output: commandLineFile },
  { source: 'main/cli/cli.ts', output: 'cli/cli.cjs' },
];

/** The page of the window; its bundle goes to dist/renderer. */
export const rendererEntry = 'renderer/index.html';

/** Folders and files whose change makes a new build necessary. */
export const buildInputs = [
  'app',
  'main',
  'renderer',
  'build/entries.mjs',
  'build/vite.node.mjs',
  'build/vite.renderer.mjs',
  'build/bundle.mjs',
  'package.json',
  'package-lock.json',
];
