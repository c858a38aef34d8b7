import { compact } from '../../engine/history/sqlite-archive';
import type { Command } from '../command';
import { EXIT } from '../exit-codes';
import { databaseHelp } from '../help';
import { parseOptions } from '../options';
import { historyFile } from '../places';
import { sizeWords } from '../quantities';

const options = { db: { type: 'string' }, json: { type: 'boolean' } } as const;

export const vacuum: Command = {
  name: 'vacuum',
  summary: 'give the room of removed messages back to the disk',
  help: `mqtt-loupe vacuum - give the room of removed messages back to the disk

USAGE
  mqtt-loupe vacuum [OPTIONS]

Writes the file anew. It needs as much free room as the file takes, and nobody may
be recording into it meanwhile. No message is removed. A file that an older version
wrote is brought up to date.

OPTIONS
${databaseHelp}  --json               one JSON object: {"file": …, "before": BYTES, "after": BYTES}
`,
  run: async (args, out) => {
    const values = parseOptions(args, options);
    const file = historyFile(values.db);
    const sizes = compact(file, 'mqtt-loupe vacuum');
    if (values.json === true) await out.write(`${JSON.stringify({ file, ...sizes })}\n`);
    else
      await out.write(
        `${file}: ${sizeWords(sizes.before)} before, ${sizeWords(sizes.after)} now.\n`,
      );
    return EXIT.done;
  },
};
