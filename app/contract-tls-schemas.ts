import * as v from 'valibot';
import { tlsFileSchema } from './profile-tls';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const secret = v.pipe(v.string(), v.maxLength(65_535));
const passphrase = v.pipe(
  v.string(),
  v.minLength(1, 'The passphrase must not be empty.'),
  v.maxLength(1_000, 'The passphrase may have at most 1,000 characters.'),
);
const files = v.pipe(v.array(tlsFileSchema), v.maxLength(60));

export const tlsCallSchemas = {
  checkTlsFiles: v.object({
    profileId: id,
    tls: v.object({
      authorities: files,
      certificate: v.nullable(tlsFileSchema),
      key: v.nullable(tlsFileSchema),
    }),
    passphrase: v.nullable(secret),
  }),
  checkWillFile: v.object({ path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)) }),
  keepTlsFiles: v.object({ files }),
  keyLogPlace: v.object({ profileId: v.pipe(id, v.regex(/^[A-Za-z0-9_-]+$/u)) }),
};

export const secretsShellSchemas = {
  chooseProfileFile: v.object({
    kind: v.picklist(['authority', 'authority-folder', 'certificate', 'key', 'will-payload']),
  }),
  chooseSecretStorage: v.object({
    choice: v.variant('kind', [
      v.object({ kind: v.literal('session-only') }),
      v.object({ kind: v.literal('vault'), passphrase }),
    ]),
  }),
  unlockVault: v.object({ passphrase }),
  leaveVaultLocked: v.undefined(),
  changeVaultPassphrase: v.object({ from: passphrase, to: passphrase }),
  forgetVault: v.undefined(),
};
