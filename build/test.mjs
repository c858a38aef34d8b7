// Runs every test there is, after all the set-up they need. The last line is `N passed, N failed`.
// Usage: npm test [-- --only check|unit|engine|e2e] [-- file or title filters for the test runner]
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecks } from './check.mjs';
import { hasDisplay, withVirtualDisplays } from './display.mjs';
import { pinnedNode, root } from './paths.mjs';
import { pathWithTools, preparePackages } from './pinned-node.mjs';
import { run } from './process.mjs';
import { failed, main, note, SetupError } from './report.mjs';
import { setUp } from './setup.mjs';

/** Tests in the window that run at once where nobody has to look at them. */
const VIRTUAL_DISPLAYS = 2;
const resultsDir = join(root, 'test-results');
const parts = {
  check: () => runChecks(),
  // Pure code needs no process of its own for each file.
  unit: (filters) => runVitest('unit', ['--no-isolate', ...filters]),
  engine: (filters) => runVitest('engine', filters),
  e2e: (filters) => runPlaywright(filters),
};

await main(async () => {
  const total = { passed: 0, failed: 0 };
  try {
    const code = await preparePackages(import.meta.filename);
    if (code !== undefined) return code;
    const { chosen, filters } = readArguments(process.argv.slice(2));
    await countSetUp(total);
    for (const name of chosen) {
      note(`${name} …`);
      const counts = await parts[name](filters);
      total.passed += counts.passed;
      total.failed += counts.failed;
    }
  } catch (error) {
    total.failed++;
    failed(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});

/** Set-up counts only when it fails: what can be tested without it is tested all the same. */
async function countSetUp(total) {
  try {
    const { hasSystemPackages } = await setUp({ tests: true });
    if (!hasSystemPackages) total.failed++;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    failed(error.message);
    total.failed++;
  }
}

function readArguments(args) {
  if (args[0] !== '--only') return { chosen: Object.keys(parts), filters: [] };
  const name = args[1];
  if (!Object.hasOwn(parts, name ?? '')) {
    throw new SetupError(`--only takes one of: ${Object.keys(parts).join(', ')}`);
  }
  return { chosen: [name], filters: args.slice(2) };
}

/** Runs one of Node's programs in node_modules; the results go to a file, what people read to the screen. */
async function runTool(script, args, env) {
  const file = join(root, 'node_modules', ...script);
  const options = { cwd: root, show: true, env: { ...process.env, PATH: pathWithTools(), ...env } };
  return (await run(pinnedNode, [file, ...args], options)).code;
}

async function readResults(file) {
  return JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));
}

async function freshResultsFile(name) {
  await mkdir(resultsDir, { recursive: true });
  const file = join(resultsDir, name);
  await rm(file, { force: true });
  return file;
}

async function runVitest(folder, filters) {
  const file = await freshResultsFile(`${folder}.json`);
  const args = ['run', '--config', 'build/vitest.config.mjs', '--dir', `tests/${folder}`];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runTool(['vitest', 'vitest.mjs'], [...args, ...reporters, ...filters], {});
  const results = await readResults(file);
  const counts = {
    passed: results?.numPassedTests ?? 0,
    failed: results?.numFailedTests ?? 0,
  };
  return honest(counts, code);
}

async function runPlaywright(filters) {
  // Playwright empties its own output folder when it starts, so the results are kept beside it.
  const file = await freshResultsFile('e2e.json');
  const args = ['test', '--config', 'build/playwright.config.mjs', '--reporter=list,json'];
  const start = (displays) =>
    runTool(['@playwright', 'test', 'cli.js'], [...args, ...filters], {
      MQTT_LOUPE_TEST_DISPLAYS: JSON.stringify(displays),
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    });
  const code = hasDisplay()
    ? await start([{}])
    : await withVirtualDisplays(VIRTUAL_DISPLAYS, start);
  const stats = (await readResults(file))?.stats;
  return honest({ passed: stats?.expected ?? 0, failed: stats?.unexpected ?? 0 }, code);
}

/** A runner that fails without naming a test (a file that does not load, a stray error) failed once. */
function honest(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
