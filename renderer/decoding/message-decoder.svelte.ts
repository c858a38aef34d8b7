import type { Message } from '../../app/contract';
import {
  DECODED_BYTES,
  MOST_DECODED_BYTES,
  type Decoded,
  type DecoderStep,
} from '../../app/decoding/decoded';
import { mayBeEncoded } from '../../app/decoding/needs-engine';
import type { DecodingRule, SchemaSummary } from '../../app/decoding/rules';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { decodedView, plainlyDecoded, viewed, type Viewed } from '../detail/viewed';
import type { DecodingState } from './decoding-state.svelte';

/** The message that is on the screen. */
export interface ShownMessage {
  readonly profileId: string;
  readonly topic: string;
  readonly message: Message;
}

/** A message and all that decides how it is decoded. */
interface Wanted extends ShownMessage {
  readonly plain: Viewed;
  readonly steps: readonly DecoderStep[] | null;
  readonly rule: DecodingRule | null;
  readonly schemas: readonly SchemaSummary[];
}

/** What was decoded, and for what. */
interface Done {
  readonly wanted: Wanted;
  readonly view: Viewed;
}

/**
 * Decodes the one message that is on the screen. What the window reads itself costs no question; all else is asked of the
 * engine, one message at a time: while an answer is awaited, only the newest message waits for the next one.
 */
export class MessageDecoder {
  #done = $state.raw<Done | null>(null);
  #next: Wanted | null = null;
  #busy = false;

  // Each by itself: what tells of a message also changes with counts and rates, and must not have it read anew.
  readonly #message: Message | null = $derived.by(() => this.source()?.message ?? null);
  readonly #profileId: string = $derived.by(() => this.source()?.profileId ?? '');
  readonly #topic: string = $derived.by(() => this.source()?.topic ?? '');
  readonly #plain: Viewed | null = $derived(this.#message && viewed(this.#message));

  readonly #wanted: Wanted | null = $derived.by(() => {
    const [message, plain, profileId, topic] = [
      this.#message,
      this.#plain,
      this.#profileId,
      this.#topic,
    ];
    if (!message || !plain) return null;
    const { decoding } = this;
    return {
      ...{ profileId, topic, message, plain },
      steps: decoding.stepsOf(profileId, topic),
      rule: decoding.ruleOf(topic),
      schemas: decoding.schemas,
    };
  });

  /** The message with what it is; null without one. Of a topic whose next message is being decoded: still the one before. */
  readonly viewed: Viewed | null = $derived.by(() => {
    const wanted = this.#wanted;
    if (!wanted) return null;
    if (!asksEngine(wanted))
      return wanted.plain.complete ? plainlyDecoded(wanted.plain) : wanted.plain;
    const done = this.#done;
    return done && isSamePlace(done.wanted, wanted) ? done.view : wanted.plain;
  });

  /** To be made while a component is: the effect ends with it. */
  constructor(
    private readonly engine: EngineClient,
    private readonly decoding: DecodingState,
    private readonly source: () => ShownMessage | null,
  ) {
    $effect(() => {
      const wanted = this.#wanted;
      this.#next = wanted && asksEngine(wanted) ? wanted : null;
      if (this.#next && !this.#busy) void this.#run();
    });
  }

  /** Decodes what is shown once more, with room for all that may come out. */
  async decodeAll(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    const view = await this.#decode(wanted, MOST_DECODED_BYTES);
    if (this.#wanted === wanted) this.#done = { wanted, view };
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let wanted = this.#next; wanted; wanted = this.#next) {
      this.#next = null;
      const view = await this.#decode(wanted, DECODED_BYTES);
      this.#done = { wanted, view };
    }
    this.#busy = false;
  }

  async #decode(wanted: Wanted, maxBytes: number): Promise<Viewed> {
    const { profileId, topic, message, steps, plain } = wanted;
    try {
      const decoded = await this.engine.calls.decode({
        ...{ profileId, topic, steps, maxBytes },
        messageId: message.id,
        trial: null,
      });
      return decodedView(plain, decoded);
    } catch (error) {
      return decodedView(plain, failed(messageOf(error)));
    }
  }
}

/** Decodes a message that is compared with another one: as its topic is decoded now. */
export async function decodeOnce(
  engine: EngineClient,
  decoding: DecodingState,
  { profileId, topic, message }: ShownMessage,
): Promise<Viewed> {
  const plain = viewed(message);
  const [steps, rule] = [decoding.stepsOf(profileId, topic), decoding.ruleOf(topic)];
  if (!asksEngine({ plain, steps, rule, topic, message })) return plain;
  const maxBytes = DECODED_BYTES;
  const place = { profileId, topic, messageId: message.id };
  return decodedView(plain, await engine.calls.decode({ ...place, steps, trial: null, maxBytes }));
}

type Deciding = Pick<Wanted, 'plain' | 'steps' | 'rule' | 'topic' | 'message'>;

function asksEngine({ plain, steps, rule, topic, message }: Deciding): boolean {
  if (!plain.complete || message.sizeBytes === 0) return false;
  if (steps !== null || (rule !== null && rule.steps.length > 0)) return true;
  return mayBeEncoded(plain.detected, message.properties?.contentType, topic);
}

/** Whether what was decoded may stand until the next answer: the same topic, decoded the same way. */
function isSamePlace(done: Wanted, wanted: Wanted): boolean {
  return (
    done.topic === wanted.topic &&
    done.profileId === wanted.profileId &&
    done.steps === wanted.steps &&
    done.rule === wanted.rule &&
    done.schemas === wanted.schemas
  );
}

function failed(message: string): Decoded {
  return {
    steps: [],
    chosenBy: 'content',
    because: '',
    value: { kind: 'bytes', bytes: new Uint8Array() },
    notes: [],
    problem: { label: '', message, isTooLarge: false },
  };
}
