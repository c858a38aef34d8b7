import { previewOfDecoded } from '../../../app/decoding/decoded-preview';
import type { Decoded } from '../../../app/decoding/decoded';
import { mayBeEncoded } from '../../../app/decoding/needs-engine';
import type { DecodingRule } from '../../../app/decoding/rules';
import type { Preview } from '../../../app/payload/preview';
import type { TopicNode } from '../tree/topic-node';

/** A row says the beginning; what comes out of more is not worth the wait. */
const MOST_BYTES = 256 * 1024;
const PREVIEW_CHARS = 120;
/** Between two frames so many values are decoded: a screen of busy topics leaves the thread to what a person reads. */
const MOST_A_FRAME = 8;
/** What took too long once is left alone for a while: the next message of the topic is likely to do so, too. */
const REST_MS = 60_000;
/** Rows that are remembered: what is on the screen, and what left it last. */
const MOST_ROWS = 1_000;

/** The decoding as rows need it. */
export interface Glances {
  /** Counted up with each change of rules or schemas. */
  readonly version: number;
  ruleOf(topic: string): DecodingRule | null;
  glance(profileId: string, topic: string, maxBytes: number): Promise<Decoded | null>;
}

interface Known {
  /** The message that was decoded, and by which rules; none yet: -1. */
  readonly id: number;
  readonly version: number;
  /** Null: it is no more than its bytes. */
  readonly preview: Preview | null;
  /** Not to be tried again before. */
  readonly restUntilMs: number;
  /** Counted up with each that is decoded. */
  readonly turn: number;
}

interface Ruled {
  readonly version: number;
  readonly hasSteps: boolean;
}

/** What the values of the rows on the screen are decoded as: asked for a few at a time, never per message. */
export class DecodedPreviews {
  private readonly known = new Map<TopicNode, Known>();
  private readonly ruled = new Map<TopicNode, Ruled>();
  private wanted: (readonly [TopicNode, string])[] = [];
  private turns = 0;
  private isWorking = false;
  private hasNews = false;
  private seenVersion = 0;
  private isClosed = false;

  constructor(
    private readonly decoding: Glances,
    private readonly profileId: string,
  ) {}

  /** Whether something was decoded, or is to be, since the last frame. */
  changed(): boolean {
    const changed = this.hasNews || this.decoding.version !== this.seenVersion;
    this.hasNews = false;
    this.seenVersion = this.decoding.version;
    return changed;
  }

  /** Before the rows of a frame are gone through. */
  begin(): void {
    this.wanted = [];
    for (const node of this.known.keys()) {
      if (this.known.size <= MOST_ROWS) break;
      this.known.delete(node);
    }
    if (this.ruled.size > MOST_ROWS) this.ruled.clear();
  }

  /** What a row shows; what is not decoded yet shows the value before it meanwhile. Null for what needs no decoding. */
  of(
    node: TopicNode,
    topic: string,
    plain: Preview,
  ): { readonly preview: Preview; readonly isCurrent: boolean } | null {
    if (!this.isDecoded(node, topic, plain)) return null;
    const known = this.known.get(node);
    const isCurrent = known?.id === node.value?.id && known?.version === this.decoding.version;
    if (!isCurrent) this.wanted.push([node, topic]);
    return { preview: known?.preview ?? plain, isCurrent };
  }

  /** After the rows: decodes what is missing. */
  work(nowMs: number): void {
    if (this.isWorking || this.wanted.length === 0) return;
    this.isWorking = true;
    void this.decodeSome(nowMs).finally(() => {
      this.isWorking = false;
    });
  }

  close(): void {
    this.isClosed = true;
    this.known.clear();
    this.ruled.clear();
  }

  private isDecoded(node: TopicNode, topic: string, { kind }: Preview): boolean {
    const { value } = node;
    if (!value?.payload || value.sizeBytes === 0 || value.payload.length !== value.sizeBytes)
      return false;
    if (this.hasSteps(node, topic)) return true;
    const detected = { kind, viewer: 'text', text: '', json: null } as const;
    return mayBeEncoded(detected, value.properties?.contentType, topic);
  }

  private hasSteps(node: TopicNode, topic: string): boolean {
    const { version } = this.decoding;
    const known = this.ruled.get(node);
    if (known?.version === version) return known.hasSteps;
    const hasSteps = (this.decoding.ruleOf(topic)?.steps.length ?? 0) > 0;
    this.ruled.set(node, { version, hasSteps });
    return hasSteps;
  }

  private async decodeSome(nowMs: number): Promise<void> {
    for (const [node, topic] of this.next(nowMs)) {
      if (this.isClosed) return;
      const id = node.value?.id ?? -1;
      const { version } = this.decoding;
      const { preview, restMs } = await this.decode(topic);
      this.known.delete(node);
      this.known.set(node, {
        id,
        version,
        preview,
        restUntilMs: restMs === 0 ? 0 : nowMs + restMs,
        turn: (this.turns += 1),
      });
      this.hasNews = true;
    }
  }

  /** Those that wait longest: rows that change all the time do not keep others from their turn. */
  private next(nowMs: number): (readonly [TopicNode, string])[] {
    const turnOf = (node: TopicNode): number => this.known.get(node)?.turn ?? 0;
    return this.wanted
      .filter(([node]) => (this.known.get(node)?.restUntilMs ?? 0) <= nowMs)
      .sort(([one], [other]) => turnOf(one) - turnOf(other))
      .slice(0, MOST_A_FRAME);
  }

  private async decode(topic: string): Promise<{ preview: Preview | null; restMs: number }> {
    try {
      const decoded = await this.decoding.glance(this.profileId, topic, MOST_BYTES);
      const isReadable = decoded !== null && decoded.problem === null;
      return { preview: isReadable ? previewOfDecoded(decoded, PREVIEW_CHARS) : null, restMs: 0 };
    } catch {
      // The row shows the bytes; why they can't be decoded is said where the message is read.
      return { preview: null, restMs: REST_MS };
    }
  }
}
