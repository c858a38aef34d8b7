import type { ImportFormat } from '../../../app/contract-files';
import { LoupeError, messageOf } from '../../../app/errors';
import type { RecordedMessage } from '../../../app/recording/records';
import { cancelled } from './file-errors';
import type { HistoryFiller } from './history-filler';
import type { ImportItem, ImportSource } from './import-source';

export interface ImportOptions {
  /** What happens at a row that is no message. */
  readonly onBadRow: 'stop' | 'skip';
  /** How a person has them skipped, as in `give --on-error skip`: the window and the command line say it differently. */
  readonly howToSkip: string;
  readonly progress: (progress: ImportProgress) => void;
  readonly isCancelled: () => boolean;
}

export interface ImportProgress {
  readonly messages: number;
  /** Read until now. */
  readonly bytes: number;
}

/** What is told of a row, or of a part of a recording, that could not be imported. */
export interface ImportProblem {
  /** Null for a part of a recording, which has no lines. */
  readonly line: number | null;
  readonly why: string;
}

export interface ImportCounts {
  readonly format: ImportFormat;
  readonly messages: number;
  /** Rows that are no messages. */
  readonly skipped: number;
  /** Messages that are missing in a damaged recording, as far as that is known; and its bytes. */
  readonly lost: number;
  readonly lostBytes: number;
  /** The first of them. */
  readonly problems: readonly ImportProblem[];
  readonly firstTimeUs: number | null;
  readonly lastTimeUs: number | null;
  /** What a recording calls itself; null for other files. */
  readonly name: string | null;
}

export const MOST_PROBLEMS = 1_000;

/** Reads a file into a history, in the order of the file. */
export class Importer {
  readonly #source: ImportSource;
  readonly #filler: HistoryFiller;
  readonly #options: ImportOptions;
  readonly #problems: ImportProblem[] = [];
  #skipped = 0;
  #lost = 0;
  #lostBytes = 0;
  #name: string | null = null;

  constructor(source: ImportSource, filler: HistoryFiller, options: ImportOptions) {
    this.#source = source;
    this.#filler = filler;
    this.#options = options;
  }

  /** @throws LoupeError `cancelled`; `file-unreadable` at a bad row that is to stop it; what the history throws */
  async run(): Promise<ImportCounts> {
    const { items, bytes } = this.#source;
    for await (const item of items) {
      if (this.#options.isCancelled()) throw cancelled('The import');
      await this.#take(item);
      this.#options.progress({ messages: this.#filler.counts.messages, bytes: bytes() });
    }
    if (this.#skipped > 0) {
      const rows = this.#skipped === 1 ? 'row' : 'rows';
      this.#filler.takeLoss(
        this.#skipped,
        `${String(this.#skipped)} ${rows} of the file could not be imported.`,
      );
    }
    if (this.#filler.counts.messages === 0) throw nothingIn(this.#problems[0]);
    await this.#filler.finish();
    return this.#counts();
  }

  async #take(item: ImportItem): Promise<void> {
    switch (item.kind) {
      case 'header':
        this.#name = item.header.name;
        return;
      case 'notes':
        this.#filler.takeSessions(item.notes.sessions);
        this.#filler.takeGaps(item.notes.gaps);
        return;
      case 'messages':
        for (const message of item.messages) await this.#message(message);
        return;
      case 'bad':
        this.#bad(item.line, item.why);
        return;
      case 'lost':
        this.#lost += item.messages ?? 0;
        this.#lostBytes += item.bytes;
        this.#problem(null, `From byte ${String(item.offset)} on: ${item.why}.`);
        this.#filler.takeLoss(item.messages ?? 0, `The recording is damaged: ${item.why}.`);
    }
  }

  async #message(message: RecordedMessage): Promise<void> {
    try {
      await this.#filler.add(message);
    } catch (error) {
      // Of a message that the history cannot hold only the message is lost.
      const isOne = error instanceof LoupeError && isOfMessage(error);
      if (!isOne) throw error;
      this.#bad(null, messageOf(error));
    }
  }

  #bad(line: number | null, why: string): void {
    if (this.#options.onBadRow === 'stop') {
      const where = line === null ? 'A message' : `Line ${String(line)}`;
      throw new LoupeError(
        'file-unreadable',
        `${where} cannot be imported: ${why}. Nothing was imported. Correct the file, or ${this.#options.howToSkip}: such rows are then left out, listed and counted.`,
      );
    }
    this.#skipped += 1;
    this.#problem(line, why);
  }

  #problem(line: number | null, why: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ line, why });
  }

  #counts(): ImportCounts {
    const { messages, firstTimeUs, lastTimeUs } = this.#filler.counts;
    return {
      ...{ format: this.#source.format, messages, firstTimeUs, lastTimeUs },
      ...{ skipped: this.#skipped, lost: this.#lost, lostBytes: this.#lostBytes },
      ...{ problems: this.#problems, name: this.#name },
    };
  }
}

function nothingIn(problem: ImportProblem | undefined): LoupeError {
  const why = problem === undefined ? '' : ` ${problem.why}`;
  return new LoupeError('file-unreadable', `There is no message in the file.${why}`);
}

/** A topic that is no Unicode, or properties that are damaged: told before anything of the message is in the batch. */
function isOfMessage(error: LoupeError): boolean {
  return (
    error.code === 'invalid-argument' ||
    error.message.startsWith('The properties of a stored message')
  );
}
