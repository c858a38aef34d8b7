import { join } from 'node:path';
import type { EncoderInfo } from '../../../app/contract-desk';
import type { DecodingCalls, DecodingFrame, GlanceRow } from '../../../app/contract-decoding';
import type { Decoded, DecoderInfo } from '../../../app/decoding/decoded';
import {
  ruleFor,
  type DecodingRule,
  type DecodingSchema,
  type SchemaSummary,
} from '../../../app/decoding/rules';
import { LoupeError } from '../../../app/errors';
import type { Message } from '../../../app/message';
import type { ProfileRuntime } from '../profile-runtime';
import { DecodingFile } from './decoding-file';
import { DecodingThread } from './decoding-thread';
import type { EncodeOrder, EncodeOutcome } from './encode';
import { birthsBefore, birthsInTree, readSparkplugState } from './sparkplug-reader';

export interface DecodingDeskOptions {
  readonly home: string;
  /** Folder of the bundles of threads. */
  readonly threads: string;
  readonly runtime: (profileId: string) => ProfileRuntime;
  readonly warn: (message: string) => void;
}

type DecodeRequest = Parameters<DecodingCalls['decode']>[0];

/** The engine's decoding: finds the message, the rule and what the message refers to, and has the thread do the rest. */
export class DecodingDesk {
  private readonly file: DecodingFile;
  private readonly thread: DecodingThread;
  /** Counted up with each change of rules or schemas. */
  version = 1;
  /** Counted up with each change of schemas. */
  schemasVersion = 1;

  constructor(private readonly options: DecodingDeskOptions) {
    this.file = new DecodingFile(options.home, options.warn);
    this.thread = new DecodingThread({
      workerFile: join(options.threads, 'decoding.cjs'),
      schemas: () => this.file.schemas,
    });
  }

  get frame(): DecodingFrame {
    return { rules: this.file.rules, schemas: this.file.summaries };
  }

  /** The same objects until they change. */
  get schemas(): readonly DecodingSchema[] {
    return this.file.schemas;
  }

  /** From the thread, so that the libraries of the decoders stay out of the engine's. */
  decoders(): Promise<readonly DecoderInfo[]> {
    return this.thread.run({ kind: 'list' });
  }

  encoders(): Promise<readonly EncoderInfo[]> {
    return this.thread.run({ kind: 'encoders' });
  }

  /** Makes a payload of a text, under the limits of the thread. Never rejects for what the text is. */
  async encode(
    profileId: string,
    topic: string,
    order: EncodeOrder,
    maxBytes: number,
  ): Promise<EncodeOutcome> {
    const sparkplug =
      order.format === 'sparkplug'
        ? await readSparkplugState(this.options.runtime(profileId), topic, Number.MAX_SAFE_INTEGER)
        : null;
    try {
      return await this.thread.run({ kind: 'encode', order, topic, sparkplug, maxBytes });
    } catch (error) {
      if (!(error instanceof LoupeError) || error.code === 'cancelled') throw error;
      return { kind: 'problem', message: error.message, start: null, end: null };
    }
  }

  async decode(request: DecodeRequest): Promise<Decoded> {
    const { profileId, topic, steps, trial, maxBytes } = request;
    const runtime = this.options.runtime(profileId);
    const message = await messageFor(runtime, request);
    if (!message) {
      throw new LoupeError('not-found', 'The message is no longer stored, so it can’t be decoded.');
    }
    const rule = trial ?? ruleFor(this.file.rules, topic);
    const facts = { topic, contentType: message.properties?.contentType, steps, rule };
    try {
      return await this.thread.run({
        kind: 'decode',
        bytes: message.payload,
        facts,
        sparkplug: await readSparkplugState(runtime, topic, message.id),
        maxBytes,
      });
    } catch (error) {
      if (!(error instanceof LoupeError) || error.code === 'cancelled') throw error;
      return ended(error.message);
    }
  }

  /** The rule that says how a topic is decoded, if any does. */
  ruleOf(topic: string): DecodingRule | null {
    return ruleFor(this.file.rules, topic);
  }

  /**
   * Decodes what the tree has of a topic, for a row: nothing is read from the history, so a busy topic costs little.
   * @throws LoupeError when the thread was ended over it, or has too much to do
   */
  async glance(profileId: string, topic: string, maxBytes: number): Promise<Decoded | null> {
    const { tree } = this.options.runtime(profileId);
    const value = tree.topic(topic)?.value;
    if (!value?.payload || value.payload.length !== value.sizeBytes) return null;
    return this.thread.run({
      kind: 'decode',
      // A copy: what is a part of a socket's buffer would take all of it along.
      bytes: Uint8Array.prototype.slice.call(value.payload),
      facts: {
        topic,
        contentType: value.properties?.contentType,
        steps: null,
        rule: this.ruleOf(topic),
      },
      sparkplug: birthsInTree(tree, topic, value.id),
      maxBytes,
    });
  }

  /**
   * Decodes a stored message for its row, as `glance` does; null when it is larger than `maxBytes`, or no longer stored.
   * @throws LoupeError when the thread was ended over it, or has too much to do
   */
  async glanceAt(
    profileId: string,
    { topic, messageId, steps }: GlanceRow,
    maxBytes: number,
  ): Promise<Decoded | null> {
    const runtime = this.options.runtime(profileId);
    const message = await messageFor(runtime, { profileId, topic, messageId }, maxBytes);
    if (!message || message.payload.length !== message.sizeBytes) return null;
    const { contentType } = message.properties ?? {};
    return this.thread.run({
      kind: 'decode',
      bytes: message.payload,
      facts: { topic, contentType, steps, rule: this.ruleOf(topic) },
      sparkplug: await birthsBefore(runtime, topic, message.id),
      maxBytes,
    });
  }

  saveRules({ rules }: Parameters<DecodingCalls['saveDecodingRules']>[0]): void {
    this.file.rules = rules;
    this.version += 1;
  }

  async saveSchema(schema: DecodingSchema): Promise<SchemaSummary> {
    const types = await this.thread.run({ kind: 'types', schema }).catch((error: unknown) => {
      if (!(error instanceof LoupeError)) throw error;
      throw new LoupeError('invalid-argument', `The schema was not kept. ${error.message}`);
    });
    this.file.keep(schema, types);
    this.schemasChanged();
    const summary = this.file.summaries.find(({ id }) => id === schema.id);
    if (!summary) throw new LoupeError('internal', 'The schema was not kept.');
    return summary;
  }

  deleteSchema(schemaId: string): void {
    this.file.remove(schemaId);
    this.schemasChanged();
  }

  export(): Uint8Array {
    return this.file.export();
  }

  import(bytes: Uint8Array): { readonly rules: number; readonly schemas: number } {
    const added = this.file.import(bytes);
    this.schemasChanged();
    return added;
  }

  async close(): Promise<void> {
    this.file.flush();
    await this.thread.close();
  }

  private schemasChanged(): void {
    this.version += 1;
    this.schemasVersion += 1;
    this.thread.schemasChanged();
  }
}

/** The newest message of a topic stands in the tree; all others in the history. */
async function messageFor(
  runtime: ProfileRuntime,
  { profileId, topic, messageId }: Pick<DecodeRequest, 'profileId' | 'topic' | 'messageId'>,
  maxBytes = Number.MAX_SAFE_INTEGER,
): Promise<Message | null> {
  const newestId = runtime.tree.topic(topic)?.value?.id;
  if (messageId === null || messageId === newestId) return runtime.lastMessage(topic, maxBytes);
  return runtime.upToDate().message(profileId, messageId, maxBytes);
}

/** What is shown when the thread had to be ended: the bytes, and why. */
function ended(message: string): Decoded {
  return {
    steps: [],
    chosenBy: 'content',
    because: '',
    value: { kind: 'bytes', bytes: new Uint8Array() },
    notes: [],
    problem: { label: '', message, isTooLarge: false },
  };
}
