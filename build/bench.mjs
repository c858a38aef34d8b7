// Measures: the engine and the window against references measured in the same run. See tests/bench/README.md.
// Usage: npm run bench [-- --only NAME] [--quick | --full] [--json FILE] [--cpu-prof FOLDER]
//        npm run bench -- load --port N --count N   (the load generator alone)
import { join } from 'node:path';
import { hasDisplay, withVirtualDisplay } from './display.mjs';
import { pinnedNode, root, stateDir } from './paths.mjs';
import { pathWithTools, preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { main, step } from './report.mjs';
import { setUp } from './setup.mjs';

const benchDir = join(root, 'tests', 'bench');
/** What runs in processes of its own is bundled as it is when it is shipped. */
const programs = [
  { source: 'tests/bench/programs/programs.ts', output: 'programs.cjs' },
  { source: 'main/engine/history/reader-worker.ts', output: 'history-reader.cjs' },
  { source: 'main/engine/history/search/search-worker.ts', output: 'history-search.cjs' },
  { source: 'main/engine/history/writer-worker.ts', output: 'history-writer.cjs' },
  { source: 'main/engine/replay/source-worker.ts', output: 'replay-source.cjs' },
];

await main(async () => {
  const code = await preparePackages(import.meta.filename);
  if (code !== undefined) return code;
  const args = process.argv.slice(2);
  if (args[0] === 'load') return runTypeScript('load-generator.ts', args.slice(1));
  await setUp({ tests: true });
  await step('benchmark programs', bundlePrograms);
  const start = (display) => runTypeScript('run.ts', args, display);
  return hasDisplay() ? start({}) : withVirtualDisplay(start);
});

async function runTypeScript(file, args, env = {}) {
  const flags = ['--import', join(benchDir, 'typescript.mjs'), join(benchDir, file)];
  const options = { show: true, env: { ...process.env, PATH: pathWithTools(), ...env } };
  return (await run(pinnedNode, [...flags, ...args], options)).code;
}

async function bundlePrograms() {
  const { build } = await import('vite');
  const { nodeConfig } = await import('./vite.node.mjs');
  for (const program of programs) {
    const config = nodeConfig(program);
    await build({ ...config, build: { ...config.build, outDir: join(stateDir, 'bench') } });
  }
}
