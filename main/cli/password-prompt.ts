import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks for a password on the terminal without showing it; undefined where there is no terminal, or nothing is typed. */
export function promptForPassword(username: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return Promise.resolve(undefined);
  stderr.write(`Password of ${JSON.stringify(username)} (empty for none): `);
  // What readline would echo goes nowhere.
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line === '' ? undefined : line);
      lines.close();
    });
    lines.once('SIGINT', () => {
      stderr.write('\n');
      process.exit(130);
    });
    lines.once('close', () => {
      stderr.write('\n');
      stdin.pause();
      resolve(undefined);
    });
  });
}
