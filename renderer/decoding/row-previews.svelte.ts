import { SvelteMap } from 'svelte/reactivity';
import type { ValueKind } from '../../app/contract';
import { MOST_GLANCES, type GlanceRow } from '../../app/contract-decoding';
import type { DecoderStep } from '../../app/decoding/decoded';
import { mayBeEncoded } from '../../app/decoding/needs-engine';
import { messageOf } from '../../app/errors';
import type { Preview } from '../../app/payload/preview';
import type { EngineClient } from '../../app/rpc/client';
import type { DecodingState } from './decoding-state.svelte';

/** Rows that are remembered: what is on the screen, and what left it last. */
const MOST_ROWS = 2_000;
/** Rows asked for at once: a call that is short comes back before the next scroll. */
const MOST_A_CALL = Math.min(24, MOST_GLANCES);
/** After a call that failed, so long nothing is asked: an engine that starts anew has other things to do. */
const REST_MS = 5_000;

/** A message as its row knows it. */
export interface RowMessage {
  readonly profileId: string;
  readonly topic: string;
  readonly messageId: number;
  readonly kind: ValueKind;
  readonly contentType: string | undefined;
  /** Whether the row, for the blink that the answer takes, shows what its topic's message before was decoded as. */
  readonly follows: boolean;
}

interface Wanted extends GlanceRow {
  readonly profileId: string;
  /** Of the answer. */
  readonly key: string;
  /** Of the topic, for rows that follow it. */
  readonly place: string;
}

/** What the messages of rows on the screen are decoded as: asked for a few at a time, and only while a row shows them. */
export class RowPreviews {
  readonly #known = new SvelteMap<string, Preview | null>();
  /** What a topic was decoded as last; null where that was nothing. */
  readonly #before = new Map<string, Preview | null>();
  /** The one asked for last stands last, and is answered first: it is on the screen. */
  readonly #wanted = new Map<string, Wanted>();
  #isWorking = false;
  #restUntilMs = 0;

  constructor(
    private readonly engine: EngineClient,
    private readonly decoding: DecodingState,
  ) {}

  /** What a row shows in place of the bytes; null: it shows them. To be read where a row is made: it follows the answer. */
  of(message: RowMessage): Preview | null {
    const { profileId, topic, messageId } = message;
    const steps = this.decoding.stepsOf(profileId, topic);
    if (!this.#isDecoded(message, steps)) return null;
    const how = `${String(this.decoding.version)} ${steps === null ? '' : JSON.stringify(steps)}`;
    const key = `${profileId} ${String(messageId)} ${how}`;
    const place = `${profileId} ${how} ${topic}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#want({ profileId, topic, messageId, steps, key, place });
    return message.follows ? (this.#before.get(place) ?? null) : null;
  }

  #isDecoded(
    { topic, kind, contentType }: RowMessage,
    steps: readonly DecoderStep[] | null,
  ): boolean {
    if (kind === 'empty') return false;
    if (steps !== null || (this.decoding.ruleOf(topic)?.steps.length ?? 0) > 0) return true;
    return mayBeEncoded({ kind, viewer: 'text', text: '', json: null }, contentType, topic);
  }

  #want(wanted: Wanted): void {
    this.#wanted.delete(wanted.key);
    this.#wanted.set(wanted.key, wanted);
    if (this.#isWorking || Date.now() < this.#restUntilMs) return;
    this.#isWorking = true;
    // All rows of a page are made before the first of them is asked for.
    queueMicrotask(() => void this.#work());
  }

  async #work(): Promise<void> {
    try {
      for (let rows = this.#next(); rows.length > 0; rows = this.#next()) await this.#ask(rows);
    } catch (error) {
      this.#restUntilMs = Date.now() + REST_MS;
      console.warn(`Rows could not be decoded: ${messageOf(error)}`);
    }
    this.#isWorking = false;
  }

  /** The newest wishes, of one connection; what was scrolled away long ago is forgotten. */
  #next(): readonly Wanted[] {
    const newestFirst = [...this.#wanted.values()].reverse();
    const [first] = newestFirst;
    if (!first) return [];
    const rows = newestFirst
      .filter(({ profileId }) => profileId === first.profileId)
      .slice(0, MOST_A_CALL);
    for (const { key } of rows) this.#wanted.delete(key);
    for (const { key } of newestFirst.slice(MOST_ROWS)) this.#wanted.delete(key);
    return rows;
  }

  async #ask(rows: readonly Wanted[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const previews = await this.engine.calls.glances({
      profileId: first.profileId,
      rows: rows.map(({ topic, messageId, steps }) => ({ topic, messageId, steps })),
    });
    for (const [index, { key, place }] of rows.entries()) {
      const preview = previews[index] ?? null;
      this.#known.set(key, preview);
      this.#before.set(place, preview);
    }
    trim(this.#known);
    trim(this.#before);
  }
}

function trim(map: Map<string, Preview | null>): void {
  for (const key of map.keys()) {
    if (map.size <= MOST_ROWS) return;
    map.delete(key);
  }
}
