import * as v from 'valibot';
import { EXPORT_FORMATS } from './contract-files';
import { MAX_RECORDING_NAME, MAX_RECORDING_NOTE } from './recording/documents';
import { selectionSchema as selection } from './selection-schema';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const filePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(32_767),
  v.check((text) => !text.includes('\0'), 'A path must not contain the character U+0000.'),
);
const format = v.picklist(EXPORT_FORMATS);
const isBase64 = v.nullable(v.boolean());

export const filesCallSchemas = {
  countForExport: v.object({ selection }),
  startExport: v.object({
    selection,
    format,
    path: filePath,
    name: v.pipe(v.string(), v.maxLength(MAX_RECORDING_NAME)),
    note: v.pipe(v.string(), v.maxLength(MAX_RECORDING_NOTE)),
  }),
  previewImport: v.object({ path: filePath, isBase64 }),
  startImport: v.object({ path: filePath, isBase64, onBadRow: v.picklist(['stop', 'skip']) }),
  cancelFileJob: v.object({ jobId: whole }),
};

export const filesViewSchemas = { fileJob: v.object({ jobId: whole }) };

export const filesShellSchemas = {
  chooseExportFile: v.object({
    suggestedName: v.pipe(v.string(), v.maxLength(255)),
    format,
  }),
  chooseImportFile: v.undefined(),
  showInFolder: v.object({ path: filePath }),
};
