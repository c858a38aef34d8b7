import type { FileJobFrame } from '../../../app/contract-files';
import type { ViewSource } from '../../../app/rpc/server';
import type { FileJobs } from '../files/file-jobs';

/** How far an export or import is. */
export class FileJobView implements ViewSource<{ readonly jobId: number }, FileJobFrame> {
  readonly intervalMs = 100;
  #jobId: number;
  #seen = 0;

  constructor(
    private readonly files: FileJobs,
    params: { readonly jobId: number },
  ) {
    this.#jobId = params.jobId;
  }

  update({ jobId }: { readonly jobId: number }): void {
    this.#jobId = jobId;
    this.#seen = 0;
  }

  next(): FileJobFrame | null {
    const { frame, version } = this.files.frame(this.#jobId);
    if (version === this.#seen) return null;
    this.#seen = version;
    return frame;
  }

  close(): void {
    // The job goes on without being looked at.
  }
}
