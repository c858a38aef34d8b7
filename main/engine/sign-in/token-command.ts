import { exec } from 'node:child_process';
import { jwtExpiryMs, type Token } from './token';

const COMMAND_WITHIN_MS = 30_000;
const MOST_OUTPUT_BYTES = 256 * 1024;
/** What a failing command says is shown up to here: it goes to a notice of the window. */
const MOST_ERROR_CHARACTERS = 300;

/**
 * Runs a command in the system's shell and takes the first line that it prints as the token; empty ones before it do not count. Rejects with words; what it
 * printed is not among them, because it may be the token.
 */
export function tokenOfCommand(command: string, signal: AbortSignal): Promise<Token> {
  return new Promise((resolve, reject) => {
    const options = {
      signal,
      timeout: COMMAND_WITHIN_MS,
      maxBuffer: MOST_OUTPUT_BYTES,
      windowsHide: true,
    };
    exec(command, options, (error, output, errorOutput) => {
      if (error !== null) {
        reject(new Error(failureOf(error, errorOutput)));
        return;
      }
      const text = output.trim().split(/\r?\n/u, 1)[0]?.trim() ?? '';
      if (text === '') reject(new Error('the command for the token printed nothing'));
      else resolve({ text, expiresAtMs: jwtExpiryMs(text) });
    });
  });
}

function failureOf(error: Error & { code?: unknown; killed?: boolean }, said: string): string {
  if (error.name === 'AbortError') return 'cancelled';
  if (error.killed === true)
    return `the command for the token did not end within ${String(COMMAND_WITHIN_MS / 1000)} s`;
  const words = said.trim().slice(0, MOST_ERROR_CHARACTERS);
  const code = typeof error.code === 'number' ? ` with code ${String(error.code)}` : '';
  return `the command for the token failed${code}${words === '' ? '' : `: ${words}`}`;
}
