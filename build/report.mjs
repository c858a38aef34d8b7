/** A problem to tell in words, without a stack trace. */
export class SetupError extends Error {}

const green = process.stdout.isTTY ? ['\u001b[32m', '\u001b[0m'] : ['', ''];
const red = process.stdout.isTTY ? ['\u001b[31m', '\u001b[0m'] : ['', ''];

/** Prints one calm line. */
export function note(text) {
  process.stdout.write(`· ${text}\n`);
}

/** Prints a line for something that succeeded. */
export function passed(text) {
  process.stdout.write(`${green[0]}✓${green[1]} ${text}\n`);
}

/** Prints a line for something that failed. */
export function failed(text) {
  process.stdout.write(`${red[0]}✗${red[1]} ${text}\n`);
}

/** Seconds since `startMs` (from `performance.now()`), as people read them: `0.4 s`, `34 s`. */
export function since(startMs) {
  const seconds = (performance.now() - startMs) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * Announces a slow step, runs it, and says how long it took.
 * @template T
 * @param {string} label what is being done, e.g. `npm packages`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const start = performance.now();
  note(`${label} …`);
  const result = await work();
  passed(`${label} (${since(start)})`);
  return result;
}

/** Runs a script's main function: a SetupError is told in words, anything else with its stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (error instanceof SetupError) failed(error.message);
    else failed(error?.stack ?? String(error));
    process.exitCode = 1;
  }
}
