import type { TlsCalls } from '../../../app/contract-tls';
import type { Implementation } from '../../../app/rpc/derive';
import type { SecretName } from '../../../app/secret';
import { keyLogFile } from '../mqtt/key-log';
import { checkTlsFiles } from './check-files';
import type { KeptFiles } from './kept-files';

/** The engine's calls around certificates and keys. */
export function tlsCalls(engine: {
  readonly home: string;
  readonly keptFiles: KeptFiles;
  readonly secret: (profileId: string, name: SecretName) => Promise<string | undefined>;
}): Implementation<TlsCalls> {
  return {
    checkTlsFiles: ({ profileId, tls, passphrase }) =>
      checkTlsFiles(tls, engine.home, () =>
        passphrase === null
          ? engine.secret(profileId, 'key-passphrase')
          : Promise.resolve(passphrase),
      ),
    keepTlsFiles: async ({ files }) => {
      const kept = [];
      for (const file of files) kept.push(await engine.keptFiles.keep(file));
      return { files: kept };
    },
    keyLogPlace: ({ profileId }) => ({ path: keyLogFile(engine.home, profileId) }),
  };
}
