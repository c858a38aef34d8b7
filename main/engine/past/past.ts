import { setImmediate as turn } from 'node:timers/promises';
import type { MomentTopics, Moments } from '../history/moments/moments';
import { PastTree } from '../tree/past-tree';
import type { TopicTree } from '../tree/topic-tree';
import { PastValues } from './past-values';

/** A moment that is not longer ago than this may still be on its way to the history. */
const SETTLING_US = 30_000_000;
/** How often it is looked whether messages came that belong before the moment: the clock was set back. */
const LOOK_MS = 1_000;
/** The tree is let go of when nobody looked at the past for so long. */
const IDLE_MS = 60_000;

export interface PastOptions {
  readonly live: TopicTree;
  readonly moments: Moments;
  /** Gives all that arrived to the history. */
  readonly flush: () => void;
  /** Wall clock. */
  readonly nowUs: () => number;
  /** Resolves when the live tree has all topics of the history. */
  readonly loaded: () => Promise<void>;
  /** Another text means that messages were stored or removed. */
  readonly storedMark: () => string;
}

interface Laid {
  readonly atUs: number;
  readonly withIds: boolean;
}

/**
 * A profile's past: one tree, which stands at the moment that was asked for last. Who asks gets it for one stretch of
 * work; meanwhile nobody else can move it.
 */
export class Past {
  readonly moments: Moments;
  readonly values: PastValues;
  /** Grows when there is something else to see at the same moment. */
  version = 0;
  private tree: PastTree | null = null;
  private laid: Laid | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private seenMark = '';
  private lookedAtMs = 0;
  private usedAtMs = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: PastOptions) {
    this.moments = options.moments;
    this.values = new PastValues(options.moments);
  }

  /** Another text means that messages were stored or removed. */
  get storedMark(): string {
    return this.options.storedMark();
  }

  /** What rows show changes with it, also while the moment stays: what is expanded, the order. */
  get treeVersion(): number {
    return this.tree?.version ?? 0;
  }

  /**
   * Hands out the tree as it was at a moment.
   * @param withIds whether the newest messages of nodes are needed, as to sort by them
   * @param isWanted asked when its turn has come: what is no longer wanted is not read
   * @returns null when it was no longer wanted
   */
  at<Result>(
    atUs: number,
    withIds: boolean,
    isWanted: () => boolean,
    use: (tree: PastTree) => Result,
  ): Promise<Result | null> {
    this.touch();
    const turnCame = this.queue.then(async () => {
      if (!isWanted()) return null;
      const tree = await this.layAt(atUs, withIds);
      return tree && isWanted() ? use(tree) : null;
    });
    this.queue = turnCame.catch(() => undefined);
    return turnCame;
  }

  /** Whether a read at this moment has to wait for what is on its way; what arrived is on it then. */
  settle(atUs: number): boolean {
    const isRecent = atUs > this.options.nowUs() - SETTLING_US;
    if (isRecent) this.options.flush();
    return isRecent;
  }

  /** Somebody looks at the past, at this moment: looks now and then whether it became another one. */
  look(atUs: number, nowMs: number): void {
    this.touch();
    const mark = this.storedMark;
    if (nowMs - this.lookedAtMs < LOOK_MS || mark === this.seenMark) return;
    this.lookedAtMs = nowMs;
    const wasFirst = this.seenMark === '';
    this.seenMark = mark;
    if (wasFirst || this.laid?.atUs !== atUs) return;
    const { laid, tree } = this;
    this.moments.ask('messagesAt', { atUs }, this.settle(atUs)).then(
      (messages) => {
        if (this.laid === laid && tree && messages !== tree.root.count) this.forget();
      },
      // Whatever is wrong is told to the next view that reads.
      () => undefined,
    );
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.tree = null;
    this.laid = null;
    this.values.forget();
  }

  /** What was read is no longer what was there at the moment. */
  forget(): void {
    this.laid = null;
    this.values.forget();
    this.version += 1;
  }

  private async layAt(atUs: number, withIds: boolean): Promise<PastTree | null> {
    const known = this.tree;
    if (known && this.laid?.atUs === atUs && (this.laid.withIds || !withIds)) return known;
    const needsIds = withIds || known?.sort === 'latest';
    const topics = await this.moments.ask(
      'topicsAt',
      { atUs, withIds: needsIds },
      this.settle(atUs),
    );
    const tree = await this.treeWith(topics);
    tree.lay(topics);
    this.laid = { atUs, withIds: needsIds };
    return tree;
  }

  /** The tree with the nodes of all these topics, made in slices. */
  private async treeWith({ keys }: MomentTopics): Promise<PastTree> {
    const tree = (this.tree ??= new PastTree(this.options.live));
    if (tree.knows(keys)) return tree;
    await this.options.loaded();
    while (tree.takeOver()) await turn();
    tree.learnKeys();
    return tree;
  }

  private touch(): void {
    this.usedAtMs = performance.now();
    this.timer ??= setInterval(() => {
      if (performance.now() - this.usedAtMs > IDLE_MS) this.close();
    }, IDLE_MS).unref();
  }
}
