import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { DraftOrder, RequestAnswer, RequestFrame } from '../../../app/contract-desk';
import { LoupeError, messageOf } from '../../../app/errors';
import { messagePropertiesOf } from '../message-properties';
import type { Arrived, Connection, OutgoingMessage } from '../mqtt/types';
import type { ProfileRuntime } from '../profile-runtime';
import type { Composed } from './composer';
import { refuseProblems } from './refusals';

export interface RequestDeskOptions {
  readonly runtime: (profileId: string) => ProfileRuntime;
  readonly compose: (order: DraftOrder) => Promise<Composed>;
}

/** So many answers are kept; all are counted. */
const MOST_ANSWERS = 100;
const SHOWN_BYTES = 256 * 1024;
const CORRELATION_BYTES = 16;

/** The request of each profile: one at a time, sent and waited for (MQTT 5.0 §4.10). */
export class RequestDesk {
  /** Grows with every change that a view should show. */
  version = 0;
  readonly #options: RequestDeskOptions;
  readonly #requests = new Map<string, Request>();

  constructor(options: RequestDeskOptions) {
    this.#options = options;
  }

  frame(profileId: string): RequestFrame | null {
    return this.#requests.get(profileId)?.frame ?? null;
  }

  /** Sends a draft and begins to wait. @throws LoupeError `not-connected`, `invalid-argument` when it cannot be sent */
  async start(order: DraftOrder, timeoutMs: number): Promise<void> {
    const { profileId, draft } = order;
    const runtime = this.#options.runtime(profileId);
    const connection = connectionFor(runtime);
    const composed = await this.#options.compose(order);
    refuseProblems(composed.problems);
    const { topic, payload } = composed;
    const properties = {
      ...composed.properties,
      responseTopic: composed.properties?.responseTopic ?? ownTopic(),
      correlationData: composed.properties?.correlationData ?? randomBytes(CORRELATION_BYTES),
    };
    const { qos, retain } = draft;
    const message = { topic, payload: payload ?? new Uint8Array(), qos, retain, properties };
    this.#requests.get(profileId)?.end('cancelled');
    const request = new Request(runtime, connection, message, timeoutMs, () => {
      this.version += 1;
    });
    this.#requests.set(profileId, request);
    this.version += 1;
    void request.run();
  }

  cancel(profileId: string): void {
    this.#requests.get(profileId)?.end('cancelled');
  }

  close(profileId: string): void {
    this.cancel(profileId);
    this.#requests.delete(profileId);
    this.version += 1;
  }

  /** To be called when the state of any connection changed. */
  connectionsChanged(): void {
    for (const request of this.#requests.values()) request.connectionChanged();
  }

  closeAll(): void {
    for (const request of this.#requests.values()) request.end('cancelled');
  }
}

type RequestMessage = OutgoingMessage & {
  readonly properties: { readonly responseTopic: string; readonly correlationData: Uint8Array };
};

/** One request: it listens before it sends, and until its time is over or it is ended. */
class Request {
  #frame: RequestFrame;
  #sentMs = 0;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: () => void = () => undefined;
  readonly #listener = (message: Arrived): void => {
    this.#take(message);
  };

  constructor(
    private readonly runtime: ProfileRuntime,
    private readonly connection: Connection,
    private readonly message: RequestMessage,
    private readonly timeoutMs: number,
    private readonly onChange: () => void,
  ) {
    const { topic, payload, properties } = message;
    this.#frame = {
      ...{ state: 'sending', topic, timeoutMs, isListening: true },
      ...{ responseTopic: properties.responseTopic, correlationData: properties.correlationData },
      ...{ sizeBytes: payload.length, payload: payload.slice(0, SHOWN_BYTES) },
      ...{ sentAtMs: Date.now(), result: null, answers: [], answerCount: 0, ignored: 0 },
      problem: null,
    };
  }

  get frame(): RequestFrame {
    return this.#frame;
  }

  async run(): Promise<void> {
    try {
      const { responseTopic } = this.message.properties;
      this.#stopListening = await this.connection.listen(responseTopic);
      if (this.#isOver) {
        this.#stopListening();
        return;
      }
      await this.#send();
    } catch (error) {
      this.end('failed', messageOf(error));
    }
  }

  connectionChanged(): void {
    if (this.#isOver || this.runtime.state.kind === 'connected') return;
    this.end('failed', 'The connection closed while the answer was waited for.');
  }

  end(state: RequestFrame['state'], problem: string | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.runtime.listener === this.#listener) this.runtime.listener = null;
    this.#stopListening();
    // What was answered stays so, however the waiting ended.
    const isAnswered = this.#frame.answerCount > 0;
    this.#set({ state: isAnswered ? 'answered' : state, problem, isListening: false });
  }

  async #send(): Promise<void> {
    this.runtime.listener = this.#listener;
    this.#sentMs = performance.now();
    this.#set({ state: 'waiting', sentAtMs: Date.now() });
    this.#timer = setTimeout(() => {
      this.end('timeout');
    }, this.timeoutMs);
    const result = await this.runtime.publish(this.message);
    this.#set({ result });
    if (result.kind === 'refused') this.end('failed', result.reason);
  }

  #take(message: Arrived): void {
    const { responseTopic, correlationData } = this.message.properties;
    if (message.topic !== responseTopic) return;
    const latencyMs = performance.now() - this.#sentMs;
    const theirs = message.properties?.correlationData;
    if (theirs === undefined || Buffer.compare(theirs, correlationData) !== 0) {
      this.#set({ ignored: this.#frame.ignored + 1 });
      return;
    }
    const { answers, answerCount } = this.#frame;
    const kept =
      answers.length < MOST_ANSWERS ? [...answers, answerOf(message, latencyMs)] : answers;
    this.#set({ state: 'answered', answers: kept, answerCount: answerCount + 1 });
  }

  #set(change: Partial<RequestFrame>): void {
    this.#frame = { ...this.#frame, ...change };
    this.onChange();
  }
}

function answerOf({ topic, payload, qos, properties }: Arrived, latencyMs: number): RequestAnswer {
  const bytes = Buffer.from(payload);
  return {
    ...{ topic, latencyMs, qos, timeMs: Date.now(), sizeBytes: bytes.length },
    // A copy: the packet's bytes are a slice of the socket's buffer.
    payload: new Uint8Array(bytes.subarray(0, SHOWN_BYTES)),
    properties: properties ? messagePropertiesOf(properties) : null,
  };
}

function connectionFor(runtime: ProfileRuntime): Connection {
  const { state } = runtime;
  if (state.kind !== 'connected') {
    throw new LoupeError('not-connected', 'Not connected. Connect first, then send the request.');
  }
  if (state.version !== '5') {
    throw new LoupeError(
      'invalid-argument',
      `Requests need MQTT 5; this connection speaks MQTT ${state.version}, which has no response topics.`,
    );
  }
  const connection = runtime.openConnection();
  if (connection) return connection;
  throw new LoupeError('not-connected', 'Not connected. Connect first, then send the request.');
}

/** A topic that nobody else uses. */
function ownTopic(): string {
  return `mqtt-loupe/response/${randomBytes(8).toString('hex')}`;
}
