import type * as net from 'node:net';
import type { LocalSocketProblem } from '../../../app/doctor/finding';
import { connectLocally } from '../mqtt/local-socket';
import { codeOf, StepFailure, technicalOf } from './step-failure';
import { within } from './time-limit';

const OPEN_MS = 6_000;

const PROBLEMS: ReadonlyMap<string, readonly [LocalSocketProblem, string]> = new Map([
  ['ENOENT', ['missing', 'There is none']],
  ['EACCES', ['denied', 'Not allowed']],
  ['EPERM', ['denied', 'Not allowed']],
  ['ECONNREFUSED', ['not-listening', 'Nobody listens']],
  ['ENOTSOCK', ['not-listening', 'No socket']],
]);

/** Opens a socket in the file system, or a named pipe. @throws StepFailure */
export async function openLocalSocket(path: string, signal: AbortSignal): Promise<net.Socket> {
  try {
    return await within(OPEN_MS, signal, (stop) => connected(path, stop));
  } catch (error) {
    signal.throwIfAborted();
    const technical = technicalOf(error);
    const [problem, summary] = PROBLEMS.get(codeOf(error)) ?? ['failed', 'Could not be opened'];
    throw new StepFailure({ kind: 'local-socket', problem, technical }, summary, 'socket');
  }
}

function connected(path: string, stop: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectLocally(path);
    // Stays on for good: an error after the time limit must not be an unhandled one.
    socket.on('error', reject);
    stop.addEventListener('abort', () => socket.destroy());
    socket.once('connect', () => {
      resolve(socket);
    });
  });
}
