import type { PublishResult } from '../../app/contract';
import { readOnlyError } from './history/archived-history';
import type { Connection, OutgoingMessage } from './mqtt/types';
import { ProfileRuntime } from './profile-runtime';

/** A profile of a recorded history: it is browsed like any other, and never connects. */
export class ArchiveRuntime extends ProfileRuntime {
  override get isArchived(): boolean {
    return true;
  }

  /** Throws `history-read-only`, as everything here that needs a broker. */
  override connect(): Promise<void> {
    return Promise.reject(readOnlyError('It cannot be connected'));
  }

  override retryNow(): Promise<void> {
    return this.connect();
  }

  override publish(_message: OutgoingMessage): Promise<PublishResult> {
    return Promise.reject(readOnlyError('Nothing can be published'));
  }

  override openConnection(): Connection | null {
    throw readOnlyError('Retained messages cannot be changed');
  }
}
