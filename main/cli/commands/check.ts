import { openArchive } from '../../engine/history/sqlite-archive';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { databaseHelp } from '../help';
import { parseOptions } from '../options';
import { historyFile } from '../places';

const options = { db: { type: 'string' }, json: { type: 'boolean' } } as const;

export const check: Command = {
  name: 'check',
  summary: 'examine a history for damage',
  help: `mqtt-loupe check - examine a history for damage

USAGE
  mqtt-loupe check [OPTIONS]

Reads the whole file: its structure, and whether every counter fits the messages
that are there. Nothing is changed; another process may go on recording.

OPTIONS
${databaseHelp}  --json               one JSON object: {"file": …, "sound": true, "problems": []}

EXIT CODES
  0 sound, 1 something is wrong, 4 it cannot be read at all
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const file = historyFile(values.db);
    const archive = openArchive(file);
    try {
      const problems = archive.check();
      const sound = problems.length === 0;
      if (values.json === true) await out.write(`${JSON.stringify({ file, sound, problems })}\n`);
      else await out.write(inWords(file, problems));
      return sound ? EXIT.done : EXIT.failed;
    } finally {
      archive.close();
    }
  },
};

function inWords(file: string, problems: readonly string[]): string {
  if (problems.length === 0) return `${file} is sound: its structure and all counters.\n`;
  const list = problems.map((problem) => `  ${problem}\n`).join('');
  return `${file} is damaged:\n${list}What can be read is copied by "mqtt-loupe repair", or printed by "mqtt-loupe query"; keep a copy before anything else.\n`;
}
