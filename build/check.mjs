// Checks everything that can be checked without running the app: format, lint, types per process, layers.
// Usage: npm run check
import { join } from 'node:path';
import { isScript, root, stateDir } from './paths.mjs';
import { pathWithTools, preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { failed, main, passed, since } from './report.mjs';

const sources = ['app', 'main', 'renderer', 'tests', 'build'];
const processes = ['app', 'main', 'main/engine', 'main/cli', 'tests', 'build'];

/** What did not change since the last time is not checked again. */
function typeCheck(folder) {
  const notes = join(stateDir, `types-${folder.replace('/', '-')}.json`);
  return ['tsc', '-p', folder, '--incremental', '--tsBuildInfoFile', notes];
}

const checks = [
  { name: 'lint', command: ['eslint', '--config', 'build/eslint.config.mjs', ...sources] },
  {
    name: 'types of renderer',
    command: [
      'svelte-check',
      '--workspace',
      'renderer',
      '--tsconfig',
      'tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ],
  },
  ...processes.map((folder) => ({ name: `types of ${folder}`, command: typeCheck(folder) })),
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  {
    name: 'layers',
    command: ['depcruise', '--config', 'build/dependency-cruiser.cjs', 'app', 'main', 'renderer'],
  },
];

/**
 * Runs every check, also after one failed, two at a time, and prints one line each (and what a failed one said).
 * @returns {Promise<{passed: number, failed: number}>}
 */
export async function runChecks() {
  const counts = { passed: 0, failed: 0 };
  const waiting = [...checks];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      counts[(await runCheck(check)) ? 'passed' : 'failed']++;
    }
  };
  await Promise.all([work(), work()]);
  return counts;
}

async function runCheck({ name, command }) {
  const start = performance.now();
  const [tool, ...args] = command;
  const result = await run(join(root, 'node_modules', '.bin', tool), args, {
    cwd: root,
    env: { ...process.env, PATH: pathWithTools() },
    shell: process.platform === 'win32',
  });
  if (result.code === 0) passed(`${name} (${since(start)})`);
  else failed(`${name}\n${result.output.trimEnd()}`);
  return result.code === 0;
}

if (isScript(import.meta.url)) {
  await main(async () => {
    const code = await preparePackages(import.meta.filename);
    if (code !== undefined) return code;
    return (await runChecks()).failed > 0 ? 1 : 0;
  });
}
