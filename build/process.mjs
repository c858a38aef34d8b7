import { spawn } from 'node:child_process';
import { SetupError } from './report.mjs';

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, input?: string, timeoutMs?: number, shell?: boolean}} [options]
 *   `show` passes the program's output through; else it is collected.
 * @returns {Promise<{code: number, output: string}>} `code` is -1 when the program could not be started,
 *   128 + the signal's number (or 1) when a signal ended it.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: options.shell ?? false,
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    const timer = options.timeoutMs
      ? setTimeout(() => child.kill('SIGKILL'), options.timeoutMs)
      : undefined;
    const stopForwarding = forwardSignals(child);
    const finish = (code, extra = '') => {
      clearTimeout(timer);
      stopForwarding();
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') + extra });
    };
    child.on('error', (error) => finish(-1, String(error)));
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** Runs a program and throws its last output lines, under `what`, when it fails. */
export async function runOrThrow(what, command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new SetupError(`${what} failed (exit code ${result.code}).\n${tail(result.output, 25)}`);
  }
  return result.output;
}

/** The last `lines` lines of a text. */
export function tail(text, lines) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** While a child runs, SIGTERM and SIGHUP to us are for it; Ctrl+C reaches it by itself. */
function forwardSignals(child) {
  const forward = (signal) => child.kill(signal);
  const swallow = () => undefined;
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  process.on('SIGINT', swallow);
  return () => {
    process.off('SIGTERM', forward);
    process.off('SIGHUP', forward);
    process.off('SIGINT', swallow);
  };
}
