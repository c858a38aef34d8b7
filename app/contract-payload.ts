/** The contract's part of large payloads: they come in pieces, so that none holds up a window. */
export interface PayloadCalls {
  /**
   * A part of a stored message's payload; shorter where it ends. What was read is kept for the next part for a while.
   * `not-found` when the message is no longer stored.
   */
  payloadPart(arg: {
    readonly profileId: string;
    readonly id: number;
    readonly start: number;
    readonly bytes: number;
  }): Uint8Array;
}

/** A part that is copied between processes within a frame. */
export const PAYLOAD_PART_BYTES = 1024 * 1024;
