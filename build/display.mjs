// A virtual display (Xvfb) for machines without a screen.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from './report.mjs';

/** True where a window can be shown to a person (or to a display that somebody else started). */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Runs `work` with a virtual display and ends the display afterwards.
 * @template T
 * @param {(env: {DISPLAY: string, XAUTHORITY: string}) => Promise<T>} work gets the environment to add
 * @returns {Promise<T>}
 */
export async function withVirtualDisplay(work) {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-display-'));
  try {
    const authority = join(folder, 'authority');
    await writeFile(authority, authorityRecord(), { mode: 0o600 });
    const server = await startServer(authority);
    try {
      return await work({ DISPLAY: `:${server.number}`, XAUTHORITY: authority });
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The same with several displays at once.
 * @template T
 * @param {number} count
 * @param {(envs: {DISPLAY: string, XAUTHORITY: string}[]) => Promise<T>} work gets the environment of each
 * @returns {Promise<T>}
 */
export async function withVirtualDisplays(count, work) {
  if (count === 0) return await work([]);
  return await withVirtualDisplay((env) =>
    withVirtualDisplays(count - 1, (others) => work([env, ...others])),
  );
}

/** One .Xauthority record: any address, any display, a random cookie (Xauth(3)). */
function authorityRecord() {
  const anyAddress = Buffer.from([0xff, 0xff]);
  const counted = (bytes) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const parts = [
    Buffer.alloc(0),
    Buffer.alloc(0),
    Buffer.from('MIT-MAGIC-COOKIE-1'),
    randomBytes(16),
  ];
  return Buffer.concat([anyAddress, ...parts.map(counted)]);
}

/** Xvfb picks a free display number and writes it to the file descriptor we name. */
function startServer(authority) {
  const args = [
    '-displayfd',
    '3',
    '-screen',
    '0',
    '1920x1200x24',
    '-nolisten',
    'tcp',
    '-auth',
    authority,
  ];
  const child = spawn('Xvfb', args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  return new Promise((resolve, reject) => {
    let complaint = '';
    let answer = '';
    child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-2000)));
    child.once('error', (error) => reject(new SetupError(`Xvfb did not start: ${error.message}`)));
    child.once('exit', () => reject(new SetupError(`Xvfb ended at once.\n${complaint}`)));
    child.stdio[3].on('data', (chunk) => {
      answer += chunk;
      const number = /^(\d+)\n/.exec(answer)?.[1];
      if (number !== undefined) resolve({ number, stop });
    });
  });
}
