import { CallingThread } from '../calling-thread';
import type { SearchThreadCalls } from './search-protocol';

/** The engine's side of the search's thread (search-worker.ts). */
export class Searcher extends CallingThread<SearchThreadCalls> {
  /** Nobody waits for it, and a thread that is gone has no list to close. */
  closeList(list: number): void {
    this.call('closeList', { list }).catch(() => undefined);
  }
}
