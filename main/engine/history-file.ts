import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoupeError } from '../../app/errors';
import type { DamagedHistory } from '../../app/contract-manage';
import type { History } from './history/history';
import { openHistory, setAside } from './history/sqlite-history';

interface Options {
  readonly warn: (message: string) => void;
  readonly threads?: string;
}

export interface OpenedHistory {
  readonly history: History;
  /** Where it is: the file that was asked for, or a temporary one. */
  readonly file: string;
  /** The file that was set aside; null when all was well. */
  readonly damaged: DamagedHistory | null;
}

/**
 * Opens the history. A damaged file is set aside and a new one begun. A file that is in order but cannot be used now
 * (a newer version's, locked, write-protected, a full disk) is left as it is, and this run's messages go to a temporary
 * one. Both are said.
 * @throws LoupeError when not even a temporary history can be opened
 */
export function openHistoryOrBegin(file: string, options: Options): OpenedHistory {
  const more = {
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    onProblem: (problem: LoupeError) => {
      options.warn(problem.message);
    },
  };
  try {
    return { history: openHistory({ file, ...more }), file, damaged: null };
  } catch (error) {
    if (!(error instanceof LoupeError)) throw error;
    if (isDamaged(error)) {
      const aside = setAside(file);
      options.warn(`${error.message} It was set aside as ${aside} and a new history was begun.`);
      const damaged = { path: aside, problem: error.message };
      return { history: openHistory({ file, ...more }), file, damaged };
    }
    const temporary = join(mkdtempSync(join(tmpdir(), 'mqtt-loupe-')), 'history.db');
    const history = openHistory({ file: temporary, ...more });
    options.warn(`${error.message} Messages of this run are stored in ${temporary}.`);
    return { history, file: temporary, damaged: null };
  }
}

/** Whether it is the file's own content that cannot be used: only then a new start helps. */
function isDamaged(error: LoupeError): boolean {
  if (error.code !== 'history-unavailable') return false;
  const { cause } = error;
  // Without a cause it is the database of another program.
  if (cause === undefined) return true;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
  return /^SQLITE_(?:CORRUPT|NOTADB|IOERR_SHORT_READ)/u.test(String(code));
}
