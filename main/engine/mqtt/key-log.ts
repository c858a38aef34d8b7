import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

/** Where logs of keys stand below the data folder. */
export const KEY_LOGS = 'tls-keys';

/** Where the keys of a profile's connections are written to. */
export function keyLogFile(home: string, profileId: string): string {
  return join(home, KEY_LOGS, `${profileId}.log`);
}

/**
 * Writes the keys of a connection to a file as Wireshark reads them (SSLKEYLOGFILE,
 * draft-ietf-tls-keylogfile): whoever has it can read what was recorded of the connection.
 */
export function logKeys(socket: TLSSocket, home: string, profileId: string): void {
  const file = keyLogFile(home, profileId);
  let writing: Promise<unknown> = mkdir(join(home, KEY_LOGS), { recursive: true, mode: 0o700 });
  socket.on('keylog', (line) => {
    // A full disk must not break the connection that is being looked into.
    writing = writing.then(() => appendFile(file, line, { mode: 0o600 })).catch(() => undefined);
  });
}
