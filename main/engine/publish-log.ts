import type { RecentPublish } from '../../app/contract';
import type { MemoryFile } from './memory-file';

const KEPT = 50;

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

  get all(): readonly RecentPublish[] {
    return this.entries;
  }

  add(publish: Omit<RecentPublish, 'id'>): void {
    this.put([{ ...publish, id: this.nextId++ }, ...this.entries].slice(0, KEPT));
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
