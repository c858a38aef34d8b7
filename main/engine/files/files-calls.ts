import type { FilesCalls } from '../../../app/contract-files';
import type { Implementation } from '../../../app/rpc/derive';
import type { FileJobs } from './file-jobs';

/** The files' part of the contract. */
export function filesCalls(files: FileJobs): Implementation<FilesCalls> {
  return {
    countForExport: ({ selection }) => files.count(selection),
    startExport: async (arg) => ({ jobId: await files.startExport(arg) }),
    previewImport: ({ path, isBase64 }) => files.preview(path, isBase64),
    startImport: async (arg) => ({ jobId: await files.startImport(arg) }),
    cancelFileJob: ({ jobId }) => {
      files.cancel(jobId);
    },
  };
}
