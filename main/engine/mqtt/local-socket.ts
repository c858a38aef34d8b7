import { Buffer } from 'node:buffer';
import * as net from 'node:net';

/** `sun_path` of `sockaddr_un`, with its closing zero: 108 bytes on Linux, 104 on the others. */
const MOST_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Opens a socket in the file system, or a named pipe of Windows.
 * @throws with the code `ENAMETOOLONG`: Node before 22 would cut the path and knock at another one
 */
export function connectLocally(path: string): net.Socket {
  if (process.platform !== 'win32' && Buffer.byteLength(path) > MOST_PATH_BYTES)
    throw Object.assign(new Error('ENAMETOOLONG: the path of a socket is too long'), {
      code: 'ENAMETOOLONG',
    });
  return net.connect({ path });
}
