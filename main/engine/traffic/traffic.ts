import type {
  SystemFrame,
  SystemTopic,
  TrafficFrame,
  TrafficRow,
  TrafficTotals,
} from '../../../app/contract-broker';
import { MOST_SYSTEM_TOPICS, MOST_TRAFFIC_ROWS } from '../../../app/contract-broker-schemas';
import { decodeUtf8Prefix } from '../../../app/payload/utf8';
import { previewOf } from '../../../app/payload/preview';
import { ROOT } from '../tree/node-state';
import type { StoredValue } from '../tree/topic-value';
import type { TopicNode } from '../tree/topic-node';
import type { TopicTree } from '../tree/topic-tree';
import { Arrivals } from './arrivals';
import { Counts } from './counts';
import { Pass, type PassRow, type PassTotals, type Ranking } from './pass';

/** After this long without anybody looking, what was counted is let go. */
const KEPT_MS = 300_000;
/** A pass begins no sooner than this after the one before it began. */
const PASS_EVERY_MS = 2_000;
/** How much of a frame of 33 ms a pass may take. */
const SLICE_MS = 2;
const SYSTEM_TEXT_BYTES = 256;
const DOLLAR = 36;

export interface TrafficOptions {
  readonly tree: TopicTree;
  /** Wall clock, µs. */
  readonly nowUs: () => number;
}

/** A pass that was completed. */
interface Result {
  readonly ranking: Ranking;
  readonly rows: readonly PassRow[];
  readonly found: number;
  readonly totals: PassTotals;
  readonly spanMs: number | null;
  readonly endedMs: number;
  readonly passMs: number;
}

/** What comes from a broker, as a whole: a little is always noted; all of it is counted while somebody looks. */
export class Traffic {
  readonly arrivals = new Arrivals();
  /** Counts since `#sinceMs`; null while nobody looks. */
  #counts: Counts | null = null;
  #sinceMs = 0;
  #pass: Pass | null = null;
  #result: Result | null = null;
  #lookedMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  /** Grows with every pass that was completed. */
  version = 0;

  constructor(private readonly options: TrafficOptions) {}

  /** A message arrived and was counted in the tree. */
  counted(node: TopicNode, value: StoredValue, topic: string, payload: Uint8Array): void {
    const { id } = node;
    if (value.count === 1) this.arrivals.appeared(id, value.timeUs);
    this.arrivals.size(id, payload.length, value.timeUs);
    if (topic.charCodeAt(0) === DOLLAR && topic.startsWith('$SYS/'))
      this.arrivals.system(id, payload);
    this.#counts?.count(id, payload.length);
  }

  /**
   * Goes on with what somebody looks at, for a slice of a frame; to be called with every frame.
   * @param nowMs the monotonic clock
   */
  look(ranking: Ranking, nowMs: number): void {
    this.#lookedMs = nowMs;
    this.#timer ??= setTimeout(this.#forget, KEPT_MS);
    const counts = (this.#counts ??= this.#begin());
    if (this.#pass === null && this.#isDue(ranking)) {
      this.#pass = new Pass(this.options.tree.table, counts, ranking, this.#sinceMs, this.#wallMs);
    }
    const pass = this.#pass;
    if (pass?.step(SLICE_MS, () => this.#wallMs) === true) this.#end(pass);
  }

  /** What was found; without rows, and with `passEndedMs` null, until a pass for this ranking is done. */
  frame(ranking: Ranking): TrafficFrame {
    const result = this.#result;
    if (result === null || !isSame(result.ranking, ranking)) return this.#unfinished(ranking);
    return {
      ...ranking,
      ...{ ...this.#found(result), sinceMs: this.#sinceMs },
      ...{ passEndedMs: result.endedMs, passMs: result.passMs, spanMs: result.spanMs },
      totals: this.#totals(result.totals),
    };
  }

  /** What the broker says of itself. */
  system(): SystemFrame {
    const root = this.options.tree.node('$SYS');
    if (!root) return { topics: [], total: 0 };
    const topics: SystemTopic[] = [];
    const waiting: TopicNode[] = [root];
    for (const node of waiting) {
      const { value } = node;
      if (value) topics.push(this.#systemTopic(node, value));
      if (topics.length >= MOST_SYSTEM_TOPICS) break;
      // A broker may have more clients below it than anybody reads.
      for (const child of node.children ?? []) {
        if (waiting.length >= 4 * MOST_SYSTEM_TOPICS) break;
        waiting.push(child);
      }
    }
    return { topics, total: root.topics };
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#counts = null;
    this.#pass = null;
    this.#result = null;
  }

  get #wallMs(): number {
    return this.options.nowUs() / 1_000;
  }

  #begin(): Counts {
    this.#sinceMs = this.#wallMs;
    return new Counts(Math.ceil(this.options.tree.table.length * 1.25) + 1_024);
  }

  #isDue(ranking: Ranking): boolean {
    const result = this.#result;
    if (result === null || !isSame(result.ranking, ranking)) return true;
    return this.#wallMs - (result.endedMs - result.passMs) >= PASS_EVERY_MS;
  }

  #end(pass: Pass): void {
    const endedMs = this.#wallMs;
    this.#pass = null;
    this.#result = {
      ranking: pass.ranking,
      rows: pass.top.ranked(),
      found: pass.top.offered,
      totals: pass.totals,
      spanMs: pass.spanMs,
      endedMs,
      passMs: endedMs - pass.beganMs,
    };
    this.version += 1;
  }

  /** Lets go of what was counted when nobody has looked for long. */
  readonly #forget = (): void => {
    const leftMs = KEPT_MS - (performance.now() - this.#lookedMs);
    this.#timer = leftMs > 0 ? setTimeout(this.#forget, leftMs) : null;
    if (this.#timer === null) this.close();
  };

  #unfinished(ranking: Ranking): TrafficFrame {
    const totals = { ...UNKNOWN, ...this.#result?.totals };
    return {
      ...{ ...ranking, rows: [], found: 0, sinceMs: this.#sinceMs },
      ...{ passEndedMs: null, passMs: 0, spanMs: null, totals: this.#totals(totals) },
    };
  }

  /** What is new, and the largest payloads, were noted as they came; all else is what the pass found. */
  #found(result: Result): { rows: readonly TrafficRow[]; found: number } {
    const { arrivals } = this;
    const { kind } = result.ranking;
    if (kind === 'new') {
      const newest = arrivals.newest(MOST_TRAFFIC_ROWS);
      const rows = newest.map(({ index, timeUs }) => ({
        ...this.#rowOf(nothingOf(index), false),
        firstMs: timeUs / 1_000,
      }));
      return { rows, found: arrivals.newTopics };
    }
    if (kind === 'largest') {
      const rows = arrivals.largest().map(({ index, sizeBytes, timeUs }) => ({
        ...this.#rowOf(nothingOf(index), false),
        ...{ sizeBytes, timeMs: timeUs / 1_000 },
      }));
      return { rows, found: rows.length };
    }
    const isBranch = kind === 'branches' || kind === 'retained';
    return { rows: result.rows.map((row) => this.#rowOf(row, isBranch)), found: result.found };
  }

  /** @param isBranch whether its messages are those of all that is below, too */
  #rowOf(row: PassRow, isBranch: boolean): TrafficRow {
    const node = this.options.tree.table.node(row.index);
    const { value } = node;
    const { messagesPerSecond, bytesPerSecond, bytes, retained, retainedBytes, intervalMs } = row;
    return {
      ...{ path: node.path, isTopic: value !== null, expandable: node.children !== null },
      ...{ topics: node.topics, messagesPerSecond, bytesPerSecond, bytes },
      messages: isBranch ? node.count : (value?.count ?? 0),
      sizeBytes: value?.sizeBytes ?? 0,
      timeMs: value ? value.timeUs / 1_000 : null,
      firstMs: null,
      ...{ intervalMs, retained, retainedBytes },
      isRetained: value?.retained ?? false,
    };
  }

  #totals(totals: PassTotals): TrafficTotals {
    const { tree, nowUs } = this.options;
    return {
      ...totals,
      topics: tree.topics,
      messages: tree.table.count(ROOT),
      newTopics: this.arrivals.newTopics,
      newLastMinute: this.arrivals.newWithinMinute(nowUs()),
    };
  }

  #systemTopic(node: TopicNode, value: StoredValue): SystemTopic {
    const bytes = value.payload ?? new Uint8Array(0);
    const { sizeBytes } = value;
    const { text, kind } = previewOf(bytes, sizeBytes, SYSTEM_TEXT_BYTES);
    return {
      topic: node.path,
      text: decodeUtf8Prefix(bytes, SYSTEM_TEXT_BYTES, bytes.length === sizeBytes) ?? text,
      ...{ kind, sizeBytes, timeMs: value.timeUs / 1_000 },
      trend: this.arrivals.trendOf(node.id),
    };
  }
}

/** Before the first pass. */
const UNKNOWN: PassTotals = {
  ...{ messagesPerSecond: null, bytesPerSecond: null },
  ...{ bytes: 0, retained: 0, retainedBytes: 0 },
};

function isSame(one: Ranking, other: Ranking): boolean {
  return one.kind === other.kind && one.sort === other.sort && one.level === other.level;
}

/** For what is noted as it comes, where nothing was ranked. */
function nothingOf(index: number): PassRow {
  return {
    ...{ score: -1, index, messagesPerSecond: null, bytesPerSecond: null },
    ...{ bytes: 0, retained: 0, retainedBytes: 0, intervalMs: null },
  };
}
