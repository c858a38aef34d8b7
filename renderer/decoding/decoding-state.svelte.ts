import type { DecoderInfo, DecoderStep } from '../../app/decoding/decoded';
import { ruleFor, type DecodingRule, type SchemaSummary } from '../../app/decoding/rules';
import { messageOf } from '../../app/errors';
import type { EngineClient } from '../../app/rpc/client';
import { toaster } from '../ui/toaster.svelte';

/** What a person chose per topic, as the window remembers it. */
export interface RememberedSteps {
  readonly stepsOf: (profileId: string, topic: string) => readonly DecoderStep[] | null;
  readonly setSteps: (
    profileId: string,
    topic: string,
    steps: readonly DecoderStep[] | null,
  ) => void;
}

/** How payloads are decoded: the rules and schemas that the engine keeps, the decoders, and what was chosen by hand. */
export class DecodingState {
  #rules = $state.raw<readonly DecodingRule[]>([]);
  #schemas = $state.raw<readonly SchemaSummary[]>([]);
  #version = $state.raw(0);
  #decoders = $state.raw<readonly DecoderInfo[]>([]);
  #following = false;
  #asking = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly remembered: RememberedSteps,
  ) {}

  get rules(): readonly DecodingRule[] {
    return this.#rules;
  }

  get schemas(): readonly SchemaSummary[] {
    return this.#schemas;
  }

  /** Counted up with each change of rules or schemas. */
  get version(): number {
    return this.#version;
  }

  /** Empty until they were asked for and came. */
  get decoders(): readonly DecoderInfo[] {
    return this.#decoders;
  }

  open(): void {
    if (this.#following) return;
    this.#following = true;
    this.engine.open(
      'decoding',
      {},
      (frame) => {
        this.#rules = frame.rules;
        this.#schemas = frame.schemas;
        this.#version += 1;
      },
      (error) => {
        toaster.problem(`The decoding rules could not be read: ${error.message}`);
      },
    );
  }

  /** Asks for the list of decoders, once: it is wanted when a menu opens. */
  async loadDecoders(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#decoders = await this.engine.calls.decoders();
    } catch (error) {
      this.#asking = false;
      toaster.problem(`The decoders could not be listed: ${messageOf(error)}`);
    }
  }

  ruleOf(topic: string): DecodingRule | null {
    return ruleFor(this.#rules, topic);
  }

  /** What was chosen for a topic by hand; null for nothing. */
  stepsOf(profileId: string, topic: string): readonly DecoderStep[] | null {
    return this.remembered.stepsOf(profileId, topic);
  }

  choose(profileId: string, topic: string, steps: readonly DecoderStep[] | null): void {
    this.remembered.setSteps(profileId, topic, steps);
  }
}
