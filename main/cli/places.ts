import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The data folder of the window, or the one that `MQTT_LOUPE_HOME` names. */
export function dataFolder(): string {
  return process.env['MQTT_LOUPE_HOME'] ?? join(applicationData(), 'mqtt-loupe');
}

/** Where Electron's `appData` is. */
function applicationData(): string {
  switch (process.platform) {
    case 'win32':
      return process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support');
    default:
      return process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  }
}

/** The history that a command means. */
export function historyFile(db: string | undefined): string {
  return db ?? join(dataFolder(), 'history.db');
}

/** A thread's bundle; it stands in the engine's folder beside ours. */
export function engineFile(name: string): string {
  return join(import.meta.dirname, '..', 'engine', name);
}

/** The folder of the threads' bundles. */
export function engineThreads(): string {
  return dirname(engineFile('history-reader.cjs'));
}
