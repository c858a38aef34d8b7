/** Runs the scenarios and prints what they found. Started by `npm run bench`, which prepares everything. */
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { callerDir } from '../../build/paths.mjs';
import type { BenchOptions, Scenario } from './bench';
import { describe, machine } from './machine';
import { isMet, ratioOf, tableOf, type Row } from './rows';
import { charts } from './scenarios/charts';
import { exportScenario, importScenario } from './scenarios/files';
import { frames } from './scenarios/frames';
import { history } from './scenarios/history';
import { jump } from './scenarios/jump';
import { ingestEngine } from './scenarios/ingest-engine';
import { ingestWindow } from './scenarios/ingest-window';
import { replay } from './scenarios/replay';
import { retained } from './scenarios/retained';
import { search } from './scenarios/search';
import { start } from './scenarios/start';
import { steady } from './scenarios/steady';

const scenarios: readonly Scenario[] = [
  ingestEngine,
  ingestWindow,
  frames,
  retained,
  history,
  jump,
  exportScenario,
  importScenario,
  replay,
  search,
  charts,
  start,
  steady,
];

interface Arguments extends BenchOptions {
  readonly chosen: readonly Scenario[];
  readonly json: string | null;
}

function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      'cpu-prof': { type: 'string' },
    },
  });
  const names = scenarios.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`--only takes one of: ${names.join(', ')}; not “${unknown}”.`);
  const path = (file: string | undefined): string | null =>
    file === undefined ? null : resolve(callerDir, file);
  return {
    quick: values.quick,
    full: values.full,
    profileDir: path(values['cpu-prof']),
    json: path(values.json),
    chosen: scenarios.filter(({ name }) => values.only.length === 0 || values.only.includes(name)),
  };
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options.profileDir !== null) await mkdir(options.profileDir, { recursive: true });
  const measuredOn = machine();
  console.log(describe(measuredOn));
  const rows: Row[] = [];
  let isBroken = false;
  for (const scenario of options.chosen) {
    const startedAt = performance.now();
    try {
      rows.push(...(await scenario.run(options)));
      console.log(`· ${scenario.name} (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
    } catch (error) {
      isBroken = true;
      console.error(
        `✗ ${scenario.name}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
      );
    }
  }
  console.log(`\n${tableOf(rows)}`);
  if (options.json !== null) await writeFile(options.json, report(measuredOn, rows, options));
  // A target that is missed is a figure to work on; a message that is missing is a failure.
  if (isBroken || rows.some((row) => row.target?.kind === 'holds' && row.ours !== 1))
    process.exitCode = 1;
}

function report(
  measuredOn: ReturnType<typeof machine>,
  rows: readonly Row[],
  options: BenchOptions,
): string {
  const figures = rows.map((row) => ({ ...row, ratio: ratioOf(row), met: isMet(row) }));
  const { quick, full } = options;
  const at = new Date().toISOString();
  return `${JSON.stringify({ at, machine: measuredOn, quick, full, rows: figures }, null, 2)}\n`;
}

// Whatever was started is ended, and folders are removed, when a process exits; a signal alone does not do that.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(130));

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
