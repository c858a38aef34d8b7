#!/usr/bin/env node
/**
 * The program `mqtt-loupe`. It only looks whether this Node.js can run the rest, because an older one would fail with
 * words that help nobody; so nothing may be imported here that needs a newer one.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** better-sqlite3's binaries need Node-API 10. */
const NEEDED = [22, 14] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isOwnDriver = process.env['MQTT_LOUPE_SQLITE'] !== undefined;
if (!isOwnDriver && (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]))) {
  process.stderr.write(
    `mqtt-loupe: needs Node.js ${NEEDED.join('.')} or newer; this is ${process.versions.node}, ${process.execPath}.\n` +
      'Install a newer Node.js. In a clone of the project the right one is there after "npm run setup":\n' +
      'node_modules/.bin/node dist/cli/mqtt-loupe.cjs\n',
  );
  process.exitCode = 1;
} else {
  createRequire(import.meta.url)(join(import.meta.dirname, 'cli.cjs'));
}
