import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { defaultProfileFields, MAX_NAME_LENGTH, profileProblems } from '../../../app/profile';
import { bytesOfFile } from './byte-queue';
import { cancelled } from './file-errors';

/** The id of the profile that a file becomes: the same content always is the same one. */
export function importedId(sha256: string): string {
  return `imported-${sha256.slice(0, 40)}`;
}

/** SHA-256 of a file, hexadecimal. @throws LoupeError `not-found`, `file-unreadable`, `cancelled` */
export async function digestOf(path: string, isCancelled: () => boolean): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of bytesOfFile(path)) {
    if (isCancelled()) throw cancelled('The import');
    hash.update(bytes);
  }
  return hash.digest('hex');
}

/** What the profile is called: as the recording says, else as the file. */
export function importedName(path: string, name: string | null): string {
  const profile = { ...defaultProfileFields(), id: 'imported', subscriptions: [] };
  const file = basename(path, extname(path));
  for (const one of [name, file]) {
    const short = (one ?? '').trim().slice(0, MAX_NAME_LENGTH);
    if (!profileProblems({ ...profile, name: short }).has('name')) return short;
  }
  return 'Imported messages';
}

/** The settings that a history notes of it (JSON). */
export function importedSettings(id: string, name: string): string {
  return JSON.stringify({
    ...defaultProfileFields(),
    ...{ id, name, colour: 'grey', subscriptions: [] },
  });
}
