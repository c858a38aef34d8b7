import type { Command } from './command';
import { exitCodesHelp } from './exit-codes';

/** The page of `mqtt-loupe --help`. */
export function generalHelp(commands: readonly Command[]): string {
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`);
  return `mqtt-loupe - MQTT Loupe without a window

USAGE
  mqtt-loupe COMMAND [OPTIONS]

COMMANDS
${list.join('\n')}

  mqtt-loupe COMMAND --help tells all about a command,
  mqtt-loupe --version which version this is.

${exitCodesHelp}
ENVIRONMENT
  MQTT_LOUPE_HOME      the data folder: profiles.json and history.db
  MQTT_LOUPE_PASSWORD  the password for the broker
`;
}

/** The same in every command that opens a history. */
export const databaseHelp = `  --db FILE            the history; default: history.db in the data folder of the
                       window (MQTT_LOUPE_HOME names another folder)
`;
