import { messageOf } from '../../app/errors';
import { version } from '../../package.json';
import { check } from './commands/check';
import { exportCommand } from './commands/export';
import { importCommand } from './commands/import';
import { info } from './commands/info';
import { query } from './commands/query';
import { record } from './commands/record';
import { repair } from './commands/repair';
import { replay } from './commands/replay';
import { serveDemo } from './commands/serve-demo';
import { topics } from './commands/topics';
import { vacuum } from './commands/vacuum';
import type { Command } from './command';
import { EXIT, exitCodeOf } from './exit-codes';
import { generalHelp } from './help';
import { nearest } from './options';
import { Output } from './output';

const commands: readonly Command[] = [
  record,
  replay,
  topics,
  query,
  exportCommand,
  importCommand,
  info,
  vacuum,
  check,
  repair,
  serveDemo,
];

/** Runs a command line (without `node` and the script). Resolves with the exit code when all output has been written. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  const out = new Output(process.stdout);
  const code = await dispatch(name, args, out);
  await out.flush();
  return code;
}

async function dispatch(
  name: string | undefined,
  args: readonly string[],
  out: Output,
): Promise<number> {
  if (name === undefined) {
    process.stderr.write(generalHelp(commands));
    return EXIT.usage;
  }
  if (name === '--version' || name === '-V') {
    await out.write(`mqtt-loupe ${version}\n`);
    return EXIT.done;
  }
  if (name === '--help' || name === '-h' || name === 'help') return await help(args[0], out);
  const command = commands.find((one) => one.name === name);
  if (command === undefined) return unknownCommand(name);
  if (wantsHelp(args)) return await help(name, out);
  try {
    return await command.run(args, out);
  } catch (error) {
    const code = exitCodeOf(error);
    const more = code === EXIT.usage ? `\nSee: mqtt-loupe ${name} --help` : '';
    process.stderr.write(`mqtt-loupe ${name}: ${messageOf(error)}${more}\n`);
    return code;
  }
}

async function help(name: string | undefined, out: Output): Promise<number> {
  const command = commands.find((one) => one.name === name);
  if (name !== undefined && command === undefined) return unknownCommand(name);
  await out.write(command === undefined ? generalHelp(commands) : command.help);
  return EXIT.done;
}

/** Help is given whatever else stands there. */
function wantsHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

function unknownCommand(name: string): number {
  const names = commands.map((command) => command.name);
  const meant = nearest(name, names);
  const hint = meant === null ? `There are ${names.join(', ')}.` : `Did you mean “${meant}”?`;
  process.stderr.write(
    `mqtt-loupe: there is no command “${name}”. ${hint}\nSee: mqtt-loupe --help\n`,
  );
  return EXIT.usage;
}
