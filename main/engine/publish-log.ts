import type { RecentPublish } from '../../app/contract';
import { LoupeError } from '../../app/errors';
import { formatBytes } from '../../app/payload/format';
import type { MemoryFile } from './memory-file';

const KEPT = 50;
/** What a list of fifty shows of each payload. */
const SHOWN_BYTES = 1024;
/** Larger payloads are kept only of the newest publish: fifty of 256 MB would not fit. */
const KEPT_BYTES = 1024 * 1024;

/** The last publishes of a profile, newest first, for a click. */
export class PublishLog {
  version = 0;
  private entries: RecentPublish[];
  private nextId: number;

  constructor(
    private readonly profileId: string,
    private readonly memory: Pick<MemoryFile, 'publishes' | 'setPublishes'>,
  ) {
    this.entries = memory.publishes(profileId);
    this.nextId = Math.max(0, ...this.entries.map((one) => one.id)) + 1;
  }

  /** For a list: with the beginnings of the payloads. */
  get all(): readonly RecentPublish[] {
    return this.entries.map((entry) => withBytes(entry, SHOWN_BYTES));
  }

  /** The whole payload. Throws `not-found` when it is not kept any more. */
  payload(id: number): Uint8Array {
    const entry = this.entries.find((one) => one.id === id);
    if (!entry) throw new LoupeError('not-found', 'That publish is no longer among the last 50.');
    if (entry.payload.length < entry.sizeBytes) {
      throw new LoupeError(
        'not-found',
        `Its payload of ${formatBytes(entry.sizeBytes)} was too large to be kept; only its beginning is known. If the broker sent it back, the history of its topic has it whole.`,
      );
    }
    return entry.payload;
  }

  add(publish: Omit<RecentPublish, 'id' | 'sizeBytes'>): void {
    const entry = { ...publish, id: this.nextId++, sizeBytes: publish.payload.length };
    const older = this.entries.map((one) =>
      withBytes(one, one.sizeBytes > KEPT_BYTES ? SHOWN_BYTES : KEPT_BYTES),
    );
    this.put([entry, ...older].slice(0, KEPT));
  }

  clear(): void {
    this.put([]);
  }

  private put(entries: RecentPublish[]): void {
    this.entries = entries;
    this.version += 1;
    this.memory.setPublishes(this.profileId, entries);
  }
}

function withBytes(entry: RecentPublish, maxBytes: number): RecentPublish {
  return entry.payload.length <= maxBytes
    ? entry
    : { ...entry, payload: entry.payload.slice(0, maxBytes) };
}
