import * as v from 'valibot';
import { MAX_FOLDER_LENGTH } from './organisation';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const filePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(32_767),
  v.check((text) => !text.includes('\0'), 'A path must not contain the character U+0000.'),
);
const passphrase = v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(1024)));
const MOST = 5_000;

/** What a person can paste; files may be larger. */
export const MAX_PASTED_CHARACTERS = 4_000_000;

export const moveInCallSchemas = {
  findConnections: v.undefined(),
  previewConnections: v.object({
    from: v.variant('kind', [
      v.object({ kind: v.literal('file'), path: filePath }),
      v.object({
        kind: v.literal('text'),
        text: v.pipe(
          v.string(),
          v.maxLength(MAX_PASTED_CHARACTERS, 'That is too much to paste. Save it as a file.'),
        ),
      }),
      v.object({ kind: v.literal('environment') }),
    ]),
    passphrase,
  }),
  importConnections: v.object({
    previewId: count,
    chosen: v.pipe(v.array(count), v.maxLength(MOST)),
  }),
  closeConnectionsPreview: v.object({ previewId: count }),
  exportConnections: v.object({
    path: filePath,
    profileIds: v.pipe(v.array(id), v.maxLength(MOST)),
    passphrase,
  }),
  arrangeProfile: v.object({
    profileId: id,
    index: count,
    folder: v.pipe(v.string(), v.maxLength(MAX_FOLDER_LENGTH)),
  }),
  keepProfile: v.object({ profileId: id }),
};

export const moveInShellSchemas = {
  chooseConnectionsFile: v.undefined(),
  chooseConnectionsExport: v.object({ suggestedName: v.pipe(v.string(), v.maxLength(255)) }),
  waitingLinks: v.undefined(),
  answerLink: v.object({ id: count, answer: v.picklist(['once', 'save', 'cancel']) }),
  setLinkSetting: v.object({ isOn: v.boolean() }),
};
