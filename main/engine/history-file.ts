import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoupeError } from '../../app/errors';
import type { History } from './history/history';
import { openHistory, setAside } from './history/sqlite-history';

interface Options {
  readonly warn: (message: string) => void;
  readonly readerFile?: string;
}

/**
 * Opens the history. A damaged file is set aside and a new one begun; a file of a newer version is left as it is and
 * this run's messages go to a temporary one. Both are said.
 */
export function openHistoryOrBegin(file: string, options: Options): History {
  const more = options.readerFile === undefined ? {} : { readerFile: options.readerFile };
  try {
    return openHistory({ file, ...more });
  } catch (error) {
    if (!(error instanceof LoupeError)) throw error;
    if (error.code === 'history-newer') {
      const temporary = join(mkdtempSync(join(tmpdir(), 'mqtt-loupe-')), 'history.db');
      options.warn(`${error.message} Until then messages are stored in ${temporary}.`);
      return openHistory({ file: temporary, ...more });
    }
    const aside = setAside(file);
    options.warn(`${error.message} It was set aside as ${aside} and a new history was begun.`);
    return openHistory({ file, ...more });
  }
}
