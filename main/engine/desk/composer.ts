import { randomUUID } from 'node:crypto';
import type { DraftProblem, DraftQuestion, EncoderInfo } from '../../../app/contract-desk';
import { MAX_PAYLOAD_BYTES } from '../../../app/contract-schemas';
import { textsOf, type PublishDraft } from '../../../app/desk/draft';
import { expand, unexpanded, type Expanded, type TextKind } from '../../../app/desk/expand';
import { variablesOf } from '../../../app/desk/variables';
import { LoupeError, messageOf } from '../../../app/errors';
import type { MessageProperties } from '../../../app/message';
import { isJson } from '../../../app/payload/json-check';
import { mayBeJson } from '../../../app/payload/detect';
import { decodeUtf8 } from '../../../app/payload/utf8';
import { topicNameProblem } from '../../../app/topic';
import type { DecodingDesk } from '../decoding/decoding-desk';
import type { EncodeOutcome } from '../decoding/encode';
import type { ProfileRuntime } from '../profile-runtime';
import { draftProperties } from './draft-properties';
import { problemAt, problemOf } from './draft-problem';
import type { DeskFiles } from './desk-files';

export interface ComposerOptions {
  readonly runtime: (profileId: string) => ProfileRuntime;
  readonly decoding: Pick<DecodingDesk, 'encode' | 'encoders'>;
  readonly files: DeskFiles;
  /** Wall clock, ms. */
  readonly nowMs?: () => number;
  readonly random?: () => number;
  readonly uuid?: () => string;
}

/** What a message has that is not the draft's. */
export interface ComposeFacts {
  readonly counter: (start: number, step: number) => number;
  /** Null: nobody answered. */
  readonly answer: (name: string) => string | null;
  readonly row: ReadonlyMap<string, string> | null;
}

/** A draft as the message that it stands for; without a payload where there are problems. */
export interface Composed {
  readonly problems: readonly DraftProblem[];
  readonly notes: readonly string[];
  readonly topic: string;
  readonly properties: MessageProperties | null;
  readonly payload: Uint8Array | null;
  /** The payload's text with its variables replaced; null where there were none. */
  readonly text: string | null;
}

/** Variables may quote a topic's last value up to this size. */
const MOST_VALUE_BYTES = 1024 * 1024;
/** Texts up to this length are checked at once, without the thread. */
const SMALL_CHARS = 64 * 1024;
const utf8 = new TextEncoder();

/** Makes messages of drafts. Nothing is sent that has a problem. */
export class Composer {
  readonly #options: ComposerOptions;
  #encoders: Promise<readonly EncoderInfo[]> | null = null;

  constructor(options: ComposerOptions) {
    this.#options = options;
  }

  encoders(): Promise<readonly EncoderInfo[]> {
    this.#encoders ??= this.#options.decoding.encoders().catch((error: unknown) => {
      this.#encoders = null;
      throw error;
    });
    return this.#encoders;
  }

  async compose(profileId: string, draft: PublishDraft, facts: ComposeFacts): Promise<Composed> {
    const replace = await this.#replacer(profileId, draft, facts);
    const topic = replace(draft.topic, 'plain');
    const problems = topic.problems.map((one) => problemAt('topic', draft.topic, one));
    const wrong = problems.length > 0 ? null : topicNameProblem(topic.text);
    if (wrong !== null) problems.push(problemOf('topic', wrong));
    const properties = draftProperties(draft.properties, replace);
    problems.push(...properties.problems);
    const made = await this.#payload(profileId, draft, topic.text, replace);
    return {
      topic: topic.text,
      properties: properties.value,
      notes: [...made.notes, ...this.#versionNotes(profileId, properties.value)],
      problems: [...problems, ...made.problems],
      payload: made.problems.length > 0 ? null : made.bytes,
      text: made.text,
    };
  }

  /** What the draft asks the person. */
  questions(draft: PublishDraft): DraftQuestion[] {
    if (!draft.variables) return [];
    const found = new Map<string, DraftQuestion>();
    for (const variable of textsOf(draft).flatMap(variablesOf)) {
      if (variable.kind !== 'ask' || found.has(variable.name)) continue;
      found.set(variable.name, { name: variable.name, initial: variable.initial });
    }
    return [...found.values()];
  }

  async #replacer(
    profileId: string,
    draft: PublishDraft,
    facts: ComposeFacts,
  ): Promise<(text: string, kind: TextKind) => Expanded> {
    if (!draft.variables) return unexpanded;
    const { nowMs = Date.now, random = Math.random, uuid = randomUUID } = this.#options;
    const lastValues = await this.#lastValues(profileId, draft);
    const values = {
      ...facts,
      ...{ nowMs: nowMs(), random, uuid },
      lastValue: (topic: string) => lastValues.get(topic) ?? null,
    };
    return (text, kind) => (text.includes('{{') ? expand(text, kind, values) : unexpanded(text));
  }

  async #lastValues(profileId: string, draft: PublishDraft): Promise<Map<string, string>> {
    const topics = textsOf(draft)
      .flatMap(variablesOf)
      .flatMap((variable) => (variable.kind === 'value' ? [variable.topic] : []));
    const found = new Map<string, string>();
    for (const topic of new Set(topics)) {
      const message = await this.#options.runtime(profileId).lastMessage(topic, MOST_VALUE_BYTES);
      if (!message || message.payload.length < message.sizeBytes) continue;
      const text = decodeUtf8(message.payload);
      if (text !== null) found.set(topic, text);
    }
    return found;
  }

  async #payload(
    profileId: string,
    draft: PublishDraft,
    topic: string,
    replace: (text: string, kind: TextKind) => Expanded,
  ): Promise<{
    readonly problems: readonly DraftProblem[];
    readonly notes: readonly string[];
    readonly bytes: Uint8Array;
    readonly text: string | null;
  }> {
    const nothing = { problems: [], notes: [], bytes: new Uint8Array(), text: null };
    if (draft.source !== null) {
      try {
        return { ...nothing, bytes: await this.#sourceBytes(draft.source) };
      } catch (error) {
        if (!(error instanceof LoupeError)) throw error;
        return { ...nothing, problems: [problemOf('payload', messageOf(error))] };
      }
    }
    const expanded = replace(draft.payload, await this.#kindOf(draft));
    const text = expanded.text === draft.payload ? null : expanded.text;
    if (expanded.problems.length > 0) {
      const problems = expanded.problems.map((one) => problemAt('payload', draft.payload, one));
      return { ...nothing, problems, text };
    }
    const outcome = await this.#encode(profileId, draft, topic, expanded.text);
    if (outcome.kind === 'bytes')
      return { ...nothing, bytes: outcome.bytes, notes: outcome.notes, text };
    return { ...nothing, problems: [encodeProblem(draft.payload, expanded, outcome)], text };
  }

  async #kindOf({ format, payload }: PublishDraft): Promise<TextKind> {
    // What is sent as text and begins like JSON is meant as such.
    if (format === null || format === 'text') return mayBeJson(payload) ? 'json' : 'plain';
    const encoder = (await this.encoders()).find(({ id }) => id === format);
    return encoder?.syntax ?? 'plain';
  }

  async #encode(
    profileId: string,
    { format, options, packing }: PublishDraft,
    topic: string,
    text: string,
  ): Promise<EncodeOutcome> {
    const order = { text, format: format ?? 'text', options, packing };
    if (isPlain(order)) return { kind: 'bytes', bytes: utf8.encode(text), notes: [] };
    return this.#options.decoding.encode(profileId, topic, order, MAX_PAYLOAD_BYTES);
  }

  async #sourceBytes(source: NonNullable<PublishDraft['source']>): Promise<Uint8Array> {
    if (source.kind === 'file') return this.#options.files.read(source.path, MAX_PAYLOAD_BYTES);
    const { profileId, messageId } = source;
    const history = this.#options.runtime(profileId).upToDate();
    const message = await history.message(profileId, messageId, Number.MAX_SAFE_INTEGER);
    if (message && message.payload.length === message.sizeBytes) return message.payload;
    throw new LoupeError(
      'not-found',
      'The message whose payload is to be sent is no longer stored: choose another payload.',
    );
  }

  #versionNotes(profileId: string, properties: MessageProperties | null): string[] {
    const { state } = this.#options.runtime(profileId);
    if (properties === null || state.kind !== 'connected' || state.version === '5') return [];
    return [`MQTT ${state.version} has no properties: they are not sent.`];
  }
}

/** Whether a text is sent as it is, and that is certain at once. */
function isPlain(order: {
  readonly text: string;
  readonly format: string;
  readonly packing: readonly string[];
}): boolean {
  const { text, format, packing } = order;
  if (packing.length > 0 || /\p{Surrogate}/u.test(text)) return false;
  return format === 'text' || (format === 'json' && text.length <= SMALL_CHARS && isJson(text));
}

function encodeProblem(
  source: string,
  expanded: Expanded,
  { message, start, end }: Extract<EncodeOutcome, { kind: 'problem' }>,
): DraftProblem {
  if (start === null || end === null) return problemOf('payload', message);
  const from = expanded.sourceOf(start);
  const to = Math.max(from, expanded.sourceOf(end));
  return problemAt('payload', source, { message, start: from, end: to });
}
