import type { DecodingFrame } from '../../../app/contract-decoding';
import type { ViewSource } from '../../../app/rpc/server';
import type { DecodingDesk } from '../decoding/decoding-desk';

const INTERVAL_MS = 50;

/** The rules and schemas of decoding. */
export class DecodingView implements ViewSource<Record<never, never>, DecodingFrame> {
  readonly intervalMs = INTERVAL_MS;
  private sentVersion = 0;

  constructor(private readonly desk: DecodingDesk) {}

  update(): void {
    this.sentVersion = 0;
  }

  next(): DecodingFrame | null {
    if (this.desk.version === this.sentVersion) return null;
    this.sentVersion = this.desk.version;
    return this.desk.frame;
  }

  close(): void {
    this.sentVersion = 0;
  }
}
