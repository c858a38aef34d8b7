import type { Database, Statement } from '../driver';
import type { Needle } from './needle';

/** Looks into payloads that are larger than what stands of them in a run. */
export class LargePayloads {
  readonly #parts: Statement<Buffer>;

  constructor(database: Database) {
    this.#parts = database
      .prepare<unknown[], Buffer>('SELECT bytes FROM message_parts WHERE message = ? ORDER BY part')
      .pluck();
  }

  /** Where the first match begins, also where it goes over from one part into the next; -1 when there is none. */
  find(needle: Needle, id: number, head: Uint8Array): number {
    let bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
    let begin = 0;
    const parts = this.#parts.iterate(id);
    for (;;) {
      const found = needle.find(bytes, 0);
      if (found >= 0) {
        parts.return?.();
        return begin + found;
      }
      const next = parts.next();
      if (next.done === true) return -1;
      const kept = Math.min(bytes.length, needle.mostBytes - 1);
      begin += bytes.length - kept;
      bytes = Buffer.concat([bytes.subarray(bytes.length - kept), next.value]);
    }
  }
}
