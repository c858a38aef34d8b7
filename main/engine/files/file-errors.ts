import { LoupeError, messageOf } from '../../../app/errors';

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full. Make room, or choose another place'],
  ['EDQUOT', 'your share of the disk is used up. Make room, or choose another place'],
  [
    'EACCES',
    'its folder or the file may not be written to. Choose another place, or check the rights',
  ],
  [
    'EPERM',
    'its folder or the file may not be written to. Choose another place, or check the rights',
  ],
  ['EROFS', 'its disk is write-protected. Choose another place'],
  ['ENOENT', 'there is no such folder. Choose another place'],
  ['ENOTDIR', 'there is no such folder. Choose another place'],
  ['EISDIR', 'it is a folder. Choose the name of a file'],
  ['ENAMETOOLONG', 'its name is too long. Choose a shorter one'],
  ['EIO', 'the disk reported an error. Check the disk'],
]);

/** A file that could not be written, in words. */
export function unwritable(path: string, error: unknown): LoupeError {
  if (error instanceof LoupeError) return error;
  const reason = reasons.get(codeOf(error)) ?? messageOf(error);
  return new LoupeError('file-unwritable', `${path} cannot be written: ${reason}.`, {
    cause: error,
  });
}

/** A file that could not be opened or read, in words. */
export function unreadable(path: string, error: unknown): LoupeError {
  if (error instanceof LoupeError) return error;
  const code = codeOf(error);
  if (code === 'ENOENT') {
    return new LoupeError('not-found', `There is no file ${path}. Check the path.`);
  }
  const reason =
    code === 'EISDIR'
      ? 'it is a folder'
      : code === 'EACCES' || code === 'EPERM'
        ? 'you may not read it. Check the rights'
        : messageOf(error);
  return new LoupeError('file-unreadable', `${path} cannot be read: ${reason}.`, { cause: error });
}

/** An export that would have no message: an empty file would look as if all were well, or take the place of a good one. */
export function nothingSelected(): LoupeError {
  return new LoupeError(
    'nothing-selected',
    'Nothing is stored of what was chosen, so nothing was written. Choose other topics or a longer time.',
  );
}

/** What ends a job that was told to end. */
export function cancelled(what: string): LoupeError {
  return new LoupeError('cancelled', `${what} was cancelled.`);
}

export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
