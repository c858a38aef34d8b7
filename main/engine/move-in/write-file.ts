import { open, rename, rm } from 'node:fs/promises';
import { LoupeError, messageOf } from '../../../app/errors';
import { OWN_FORMAT, OWN_VERSION, type OwnContent } from '../../../app/move-in/own-file';
import { close } from './lock';

/**
 * Writes connections to a file, for its owner only; what stood there is replaced when all is written.
 * @throws LoupeError `file-unwritable`
 */
export async function writeConnections(
  path: string,
  content: OwnContent,
  passphrase: string | null,
): Promise<void> {
  const head = { format: OWN_FORMAT, version: OWN_VERSION };
  const body =
    passphrase === null
      ? { lock: null, data: { ...content, secrets: [] } }
      : await close(JSON.stringify(content), passphrase);
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ ...head, ...body }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new LoupeError(
      'file-unwritable',
      `The connections could not be exported: ${path} cannot be written (${messageOf(error)}). Choose another place or check the rights on it.`,
    );
  }
}
