/** Everything the benchmark runs in processes of their own, in one bundle: the first argument says which. */
import { programOptions, type ProgramOptions } from './arguments';
import { receiveBare } from './bare-receiver';
import { prepareHome, receiveWithEngine } from './engine-receiver';
import { jumpInEngine, jumpInPlainTable } from './jump';
import { readBackFile } from './read-back';
import { benchFiles } from './files-bench';
import { keepTime } from './bare-timer';
import { publishBare } from './bare-publisher';
import { replayFile } from './replay-sender';
import { receiveRetained } from './retained-engine';
import { benchHistorySearch, benchPlainSearch } from './search-bench';
import { benchStore } from './store-bench';
import { openHistoryStore, openPlainStore } from './stores';

const programs = new Map<string, (options: ProgramOptions) => Promise<void>>([
  ['bare', receiveBare],
  ['engine', receiveWithEngine],
  ['prepare-home', prepareHome],
  ['read-back', readBackFile],
  ['retained', receiveRetained],
  ['files', benchFiles],
  ['replay', replayFile],
  ['publish-bare', publishBare],
  ['bare-timer', keepTime],
  ['search', benchHistorySearch],
  ['search-plain', benchPlainSearch],
  ['history', (options) => benchStore(openHistoryStore, options)],
  ['jump', jumpInEngine],
  ['jump-plain', jumpInPlainTable],
  ['plain-table', (options) => benchStore(openPlainStore, options)],
]);

async function main([name = '', ...args]: string[]): Promise<void> {
  const program = programs.get(name);
  if (!program) throw new Error(`There is no program “${name}”.`);
  await program(programOptions(args));
}

main(process.argv.slice(2)).then(
  () => {
    // A listener on the standard input would keep the process.
    process.stdin.destroy();
  },
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
