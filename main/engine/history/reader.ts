import { CallingThread } from './calling-thread';
import type { ArchiveCalls, MomentCalls, ReaderCalls } from './reader-protocol';

/** The engine's side of the reader's thread (reader-worker.ts). */
export class Reader extends CallingThread<ReaderCalls & ArchiveCalls & MomentCalls> {}
