import { previewOf, type Preview } from '../../../app/payload/preview';
import type { Moments, MomentValue } from '../history/moments/moments';
import type { TopicNode } from '../tree/topic-node';

/** A preview looks at less: what is made of it is the same as of the whole payload. */
const HEAD_BYTES = 1_024;
const PREVIEW_CHARS = 120;
/** Values that are remembered: what is on the screen, and what left it last. */
const MOST_VALUES = 2_000;

/** A topic's last message at a moment, as a row shows it. */
export interface PastValue {
  readonly id: number;
  readonly timeUs: number;
  readonly retained: boolean;
  readonly trend: readonly number[];
  /** Whether `retained` and `trend` are known by now. */
  readonly isCertain: boolean;
  readonly preview: Preview;
}

interface Remembered {
  /** Messages of the topic at that moment: as many at another one are the same messages. */
  readonly count: number;
  readonly value: PastValue;
}

/** The values of rows at a moment, read a page at a time and remembered while they stay the same. */
export class PastValues {
  /** By the node's number; the one that was put last stands last. */
  private readonly remembered = new Map<number, Remembered>();

  constructor(private readonly moments: Moments) {}

  /** The value of a topic as its node stands now; undefined when it was not read yet. */
  of(node: TopicNode): PastValue | undefined {
    const known = this.remembered.get(node.id);
    return known?.count === node.value?.count ? known?.value : undefined;
  }

  /** Reads the values of topics at the moment that their nodes stand at. */
  async read(nodes: readonly TopicNode[], atUs: number): Promise<void> {
    const wanted = new Map(nodes.map((node) => [node.topicKey, asOf(node)]));
    const topics = [...wanted.keys()];
    const values = await this.moments.ask(
      'valuesAt',
      { atUs, topics, headBytes: HEAD_BYTES },
      false,
    );
    for (const value of values) {
      const node = wanted.get(value.key);
      if (node === undefined) continue;
      this.remembered.delete(node.id);
      this.remembered.set(node.id, { count: node.count, value: pastValueOf(value) });
    }
    for (const id of this.remembered.keys()) {
      if (this.remembered.size <= MOST_VALUES) return;
      this.remembered.delete(id);
    }
  }

  forget(): void {
    this.remembered.clear();
  }
}

/** The node may stand at another moment when the answer is there. */
function asOf(node: TopicNode): { id: number; count: number } {
  return { id: node.id, count: node.value?.count ?? 0 };
}

function pastValueOf({ id, timeUs, retained, trend, payload, sizeBytes }: MomentValue): PastValue {
  return {
    ...{ id, timeUs },
    retained: retained ?? false,
    trend: trend ?? [],
    isCertain: retained !== null && trend !== null,
    preview: previewOf(payload, sizeBytes, PREVIEW_CHARS),
  };
}
