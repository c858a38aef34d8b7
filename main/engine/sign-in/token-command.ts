import { spawn, type ChildProcess } from 'node:child_process';
import { jwtExpiryMs, type Token } from './token';

const COMMAND_WITHIN_MS = 30_000;
const MOST_OUTPUT_CHARACTERS = 256 * 1024;
/** What a failing command says is shown up to here: it goes to a notice of the window. */
const MOST_ERROR_CHARACTERS = 300;
/** What does not end when it is asked to is killed after this. */
const KILL_AFTER_MS = 2_000;

/**
 * Runs a command in the system's shell and takes the first line that it prints as the token; empty ones before it do not
 * count. Rejects with words; what it printed is not among them, because it may be the token. Nothing that it started is
 * left behind when it is given up.
 */
export async function tokenOfCommand(command: string, signal: AbortSignal): Promise<Token> {
  const output = await outputOf(command, signal);
  const text = output.trim().split(/\r?\n/u, 1)[0]?.trim() ?? '';
  if (text === '') throw new Error('the command for the token printed nothing');
  return { text, expiresAtMs: jwtExpiryMs(text) };
}

function outputOf(command: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own on Unix: what the shell starts can be ended with it.
    const child = spawn(command, {
      ...{ shell: true, windowsHide: true, detached: process.platform !== 'win32' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errorOutput = '';
    const giveUp = (why: string): void => {
      end(child);
      settle(() => {
        reject(new Error(why));
      });
    };
    const cancel = (): void => {
      giveUp('cancelled');
    };
    const timer = setTimeout(() => {
      giveUp(`the command for the token did not end within ${String(COMMAND_WITHIN_MS / 1000)} s`);
    }, COMMAND_WITHIN_MS);
    const settle = (told: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      told();
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > MOST_OUTPUT_CHARACTERS)
        giveUp('the command for the token printed far more than a token');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (errorOutput.length < MOST_OUTPUT_CHARACTERS) errorOutput += text;
    });
    child.once('error', (error) => {
      giveUp(`the command for the token could not be run: ${error.message}`);
    });
    child.once('close', (code) => {
      settle(() => {
        if (code === 0) resolve(output);
        else reject(new Error(failureOf(code, errorOutput)));
      });
    });
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel);
  });
}

/** Ends a command with all that it started. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    const killer = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
    killer.once('error', () => undefined);
    return;
  }
  kill(pid, 'SIGTERM');
  setTimeout(() => {
    kill(pid, 'SIGKILL');
  }, KILL_AFTER_MS).unref();
}

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // All of it has ended.
  }
}

function failureOf(code: number | null, said: string): string {
  const words = said.trim().slice(0, MOST_ERROR_CHARACTERS);
  const how = code === null ? '' : ` with code ${String(code)}`;
  return `the command for the token failed${how}${words === '' ? '' : `: ${words}`}`;
}
