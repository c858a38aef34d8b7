import type { TlsCalls } from '../../../app/contract-tls';
import { LoupeError, type ErrorCode } from '../../../app/errors';
import type { Implementation } from '../../../app/rpc/derive';
import type { SecretName } from '../../../app/secret';
import { keyLogFile } from '../mqtt/key-log';
import { checkWillFile } from '../mqtt/will-payload';
import { checkTlsFiles } from './check-files';
import type { KeptFiles } from './kept-files';

interface StoredSecrets {
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
}

/** The engine's calls around the files that profiles name. */
export function tlsCalls(
  engine: StoredSecrets & { readonly home: string; readonly keptFiles: KeptFiles },
): Implementation<TlsCalls> {
  return {
    checkTlsFiles: ({ profileId, tls, passphrase }) =>
      checkTlsFiles(tls, engine.home, () =>
        passphrase === null ? storedPassphrase(engine, profileId) : Promise.resolve(passphrase),
      ),
    checkWillFile: ({ path }) => checkWillFile(path),
    keepTlsFiles: async ({ files }) => {
      const kept = [];
      for (const file of files) kept.push(await engine.keptFiles.keep(file));
      return { files: kept };
    },
    keyLogPlace: ({ profileId }) => ({ path: keyLogFile(engine.home, profileId) }),
  };
}

const CANNOT_BE_HAD: ReadonlySet<ErrorCode> = new Set(['vault-locked', 'secret-unavailable']);

/** One that is stored and cannot be had (a locked vault) is as none at all: the check says that the key needs one. */
async function storedPassphrase(
  engine: StoredSecrets,
  profileId: string,
): Promise<string | undefined> {
  try {
    return await engine.secret(profileId, 'key-passphrase');
  } catch (error) {
    if (error instanceof LoupeError && CANNOT_BE_HAD.has(error.code)) return undefined;
    throw error;
  }
}
