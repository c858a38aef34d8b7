import { LoupeError } from '../../app/errors';

/** Part of the command line's promise: scripts depend on them. `exitCodesHelp` says them in words. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  connection: 3,
  history: 4,
  refused: 5,
  known: 6,
  interrupted: 7,
  nothing: 8,
  cancelled: 130,
} as const;

export const exitCodesHelp = `EXIT CODES
  0  done as asked (a recording: also when a signal ended it)
  1  failed for another reason; check: something is wrong with the file
  2  the command line cannot be understood
  3  the broker could not be reached, or it refused
  4  the history cannot be used: missing, damaged, in use by another writer
  5  done to the end, but some messages could not be stored (import: or read; replay:
     were not taken by the broker)
  6  import: the same file was imported before
  7  a replay was broken off: by a signal, or because the connection was lost for good
  8  export: nothing is stored of what was asked for; no file was written
  130  export, import: ended by a signal; nothing was left
`;

/** The exit code of something that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof LoupeError)) return EXIT.failed;
  switch (error.code) {
    case 'invalid-argument':
      return EXIT.usage;
    case 'not-found':
    case 'history-in-use':
    case 'history-newer':
    case 'history-unavailable':
      return EXIT.history;
    case 'already-imported':
      return EXIT.known;
    case 'nothing-selected':
      return EXIT.nothing;
    case 'cancelled':
      return EXIT.cancelled;
    default:
      return EXIT.failed;
  }
}
