import { dirname, resolve } from 'node:path';
import { repairHistory, type RepairResult } from '../../engine/history/repair';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { databaseHelp } from '../help';
import { parseOptions, usageError } from '../options';
import { engineFile, historyFile } from '../places';
import { countWords } from '../quantities';

const options = {
  db: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const repair: Command = {
  name: 'repair',
  summary: 'copy what can be read of a damaged history',
  help: `mqtt-loupe repair - copy what can be read of a damaged history

USAGE
  mqtt-loupe repair --out FILE [OPTIONS]

Reads the damaged file row by row and writes what it finds into a new history.
The damaged file is not changed. Messages keep their numbers, times and bytes.

OPTIONS
${databaseHelp}  --out FILE           the new history; it must not exist
  --json               one JSON object: {"file": …, "out": …, "messages": …,
                       "topics": …, "lost": …, "unreadable": …}: messages that are
                       known to be lost, and places that could not be read

EXIT CODES
  0 all could be read, 1 something could not, 4 nothing can be read at all
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const file = historyFile(values.db);
    if (values.out === undefined) throw usageError('Name the new history: --out FILE.');
    const target = resolve(values.out);
    const threads = dirname(engineFile('history-writer.cjs'));
    const result = await repairHistory({ file, out: target, threads }, () => Promise.resolve());
    const { messages, topics, lost, unreadable } = result;
    if (values.json === true) {
      const plain = { file, out: target, messages, topics, lost, unreadable };
      await out.write(`${JSON.stringify(plain)}\n`);
    } else await out.write(inWords(target, result));
    return lost + unreadable === 0 ? EXIT.done : EXIT.failed;
  },
};

function inWords(out: string, { messages, topics, lost, unreadable }: RepairResult): string {
  const found = `${out}: ${countWords(messages)} messages in ${countWords(topics)} topics.\n`;
  if (lost + unreadable === 0) return `${found}All could be read.\n`;
  return `${found}Not readable: ${countWords(lost)} messages that are known of, ${countWords(unreadable)} places in the file.\n`;
}
