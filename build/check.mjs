// Checks everything that can be checked without running the app: format, lint, types per process, layers.
// Usage: npm run check
import { join } from 'node:path';
import { isScript, root } from './paths.mjs';
import { pathWithTools, preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { failed, main, passed, since } from './report.mjs';

const sources = ['app', 'main', 'renderer', 'tests', 'build'];
const processes = ['app', 'main', 'main/engine', 'tests'];

const checks = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: ['eslint', '--config', 'build/eslint.config.mjs', ...sources] },
  ...processes.map((folder) => ({ name: `types of ${folder}`, command: ['tsc', '-p', folder] })),
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
  {
    name: 'layers',
    command: ['depcruise', '--config', 'build/dependency-cruiser.cjs', 'app', 'main', 'renderer'],
  },
];

/**
 * Runs every check, also after one failed, and prints one line each (and what a failed one said).
 * @returns {Promise<{passed: number, failed: number}>}
 */
export async function runChecks() {
  const counts = { passed: 0, failed: 0 };
  const env = { ...process.env, PATH: pathWithTools() };
  for (const { name, command } of checks) {
    const start = performance.now();
    const [tool, ...args] = command;
    const file = join(root, 'node_modules', '.bin', tool);
    const result = await run(file, args, {
      cwd: root,
      env,
      shell: process.platform === 'win32',
    });
    if (result.code === 0) {
      counts.passed++;
      passed(`${name} (${since(start)})`);
    } else {
      counts.failed++;
      failed(`${name}\n${result.output.trimEnd()}`);
    }
  }
  return counts;
}

if (isScript(import.meta.url)) {
  await main(async () => {
    const code = await preparePackages(import.meta.filename);
    if (code !== undefined) return code;
    return (await runChecks()).failed > 0 ? 1 : 0;
  });
}
