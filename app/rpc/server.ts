import * as v from 'valibot';
import type { EngineCalls, EngineViews } from '../contract';
import { engineCallSchemas, engineViewSchemas } from '../contract-schemas';
import { LoupeError, toWireError } from '../errors';
import type { Implementation } from './derive';
import type { Port, ToEngine, ToRenderer } from './wire';

/**
 * Where a view's frames come from. `next` is asked when the previous frame was acknowledged and the interval is
 * over; it returns null when nothing visible changed since the last one, and must be cheap then.
 */
export interface ViewSource<Params, Frame> {
  readonly intervalMs: number;
  /** New parameters; the next `next` answers them even if nothing else changed. */
  update(params: Params): void;
  next(nowMs: number): Frame | null | Promise<Frame | null>;
  close(): void;
}

export type ViewOpeners = {
  readonly [K in keyof EngineViews]: (
    params: EngineViews[K]['params'],
  ) => ViewSource<EngineViews[K]['params'], EngineViews[K]['frame']>;
};

/** Calls that only read: no view looks different after them. */
const READING: ReadonlySet<string> = new Set<keyof EngineCalls>([
  'historyPage',
  'message',
  'messageRow',
  'recentPayload',
  'stepMessage',
  'countSelection',
  'sessionChoices',
  'packet',
  'packetFile',
  'retainedTopics',
  'planRetainedCopy',
  'encoders',
  'compose',
  'completeTopic',
  'template',
  'csvHead',
  'chartCandidates',
]);

interface OpenView {
  readonly id: number;
  readonly name: string;
  readonly source: ViewSource<unknown, unknown>;
  /** Number of the last frame that was sent. */
  frame: number;
  /** What still has to be painted: nothing, a frame of what arrived, or one that somebody waits for. */
  unpainted: 'nothing' | 'news' | 'answer';
  computing: boolean;
  sentAtMs: number;
  /** The next frame is waited for. */
  urgent: boolean;
}

/** The engine's end of the contract for one port. `tick` is called by the frame clock. */
export class EngineServer {
  private readonly views = new Map<number, OpenView>();
  private readonly stopListening: () => void;
  private closed = false;

  constructor(
    private readonly port: Port<ToRenderer, ToEngine>,
    private readonly calls: Implementation<EngineCalls>,
    private readonly openers: ViewOpeners,
    private readonly nowMs: () => number,
  ) {
    this.stopListening = port.listen((message) => {
      this.receive(message);
    });
  }

  /** Sends the next frame of every view that wants one. */
  tick(): void {
    const now = this.nowMs();
    for (const view of this.views.values()) {
      if (view.urgent || isDue(view, now)) this.advance(view, now);
    }
  }

  close(): void {
    this.closed = true;
    this.stopListening();
    for (const view of this.views.values()) view.source.close();
    this.views.clear();
  }

  private receive(message: ToEngine): void {
    switch (message.t) {
      case 'call':
        void this.answer(message.id, message.method, message.arg);
        return;
      case 'open':
        this.open(message.id, message.view, message.params);
        return;
      case 'update':
        this.update(message.id, message.params);
        return;
      case 'ack': {
        const view = this.views.get(message.id);
        if (view?.frame !== message.frame) return;
        view.unpainted = 'nothing';
        if (view.urgent) this.advance(view, this.nowMs());
        return;
      }
      case 'close':
        this.views.get(message.id)?.source.close();
        this.views.delete(message.id);
    }
  }

  private async answer(id: number, method: string, arg: unknown): Promise<void> {
    try {
      const value = await invoke(this.calls, engineCallSchemas, method, arg);
      this.send({ t: 'reply', id, value });
      if (!READING.has(method)) this.hurry();
    } catch (error) {
      this.send({ t: 'error', id, error: toWireError(error) });
    }
  }

  private open(id: number, name: string, rawParams: unknown): void {
    try {
      if (!Object.hasOwn(this.openers, name)) throw unknownMethod(name);
      const key = name as keyof EngineViews;
      const params = check(engineViewSchemas[key], rawParams, name);
      const opener = this.openers[key] as (params: unknown) => ViewSource<unknown, unknown>;
      const view: OpenView = {
        id,
        name,
        source: opener(params),
        frame: 0,
        unpainted: 'nothing',
        computing: false,
        sentAtMs: 0,
        urgent: true,
      };
      this.views.set(id, view);
      this.advance(view, this.nowMs());
    } catch (error) {
      this.send({ t: 'ended', id, error: toWireError(error) });
    }
  }

  private update(id: number, rawParams: unknown): void {
    const view = this.views.get(id);
    if (!view) return;
    try {
      view.source.update(
        check(engineViewSchemas[view.name as keyof EngineViews], rawParams, view.name),
      );
      view.urgent = true;
      this.advance(view, this.nowMs());
    } catch (error) {
      this.end(view, error);
    }
  }

  /** Somebody has done something: what looks different now is shown at once. */
  private hurry(): void {
    const now = this.nowMs();
    for (const view of this.views.values()) {
      view.urgent = true;
      this.advance(view, now);
    }
  }

  private advance(view: OpenView, nowMs: number): void {
    // What somebody waits for overtakes mere news that the window has not painted yet.
    const isFree = view.unpainted === 'nothing' || (view.urgent && view.unpainted === 'news');
    if (!isFree || view.computing) return;
    const { urgent } = view;
    view.urgent = false;
    try {
      const frame = view.source.next(nowMs);
      if (frame instanceof Promise) this.advanceLater(view, frame, nowMs, urgent);
      else this.sendFrame(view, frame, nowMs, urgent);
    } catch (error) {
      this.end(view, error);
    }
  }

  private advanceLater(
    view: OpenView,
    promise: Promise<unknown>,
    nowMs: number,
    urgent: boolean,
  ): void {
    view.computing = true;
    promise.then(
      (frame) => {
        view.computing = false;
        if (!this.views.has(view.id)) return;
        this.sendFrame(view, frame, nowMs, urgent);
        if (view.urgent) this.advance(view, this.nowMs());
      },
      (error: unknown) => {
        view.computing = false;
        this.end(view, error);
      },
    );
  }

  private sendFrame(view: OpenView, frame: unknown, nowMs: number, urgent: boolean): void {
    if (frame === null) return;
    view.frame += 1;
    view.unpainted = urgent ? 'answer' : 'news';
    view.sentAtMs = nowMs;
    this.send({ t: 'frame', id: view.id, frame: view.frame, value: frame, urgent });
  }

  private end(view: OpenView, error: unknown): void {
    if (!this.views.delete(view.id)) return;
    view.source.close();
    this.send({ t: 'ended', id: view.id, error: toWireError(error) });
  }

  private send(message: ToRenderer): void {
    if (!this.closed) this.port.send(message);
  }
}

/**
 * Whether a view's interval is over. Intervals of the same length end at the same time for all views: what changes
 * all the time is then painted together, once, and not view after view.
 */
function isDue({ sentAtMs, source: { intervalMs } }: OpenView, nowMs: number): boolean {
  const elapsedMs = nowMs - sentAtMs;
  if (elapsedMs >= intervalMs) return true;
  const isNextBeat = Math.floor(nowMs / intervalMs) > Math.floor(sentAtMs / intervalMs);
  return isNextBeat && elapsedMs >= intervalMs / 2;
}

/**
 * Checks the argument of a call against its schema and makes it. Throws `unknown-method` or `invalid-argument`;
 * used by every process that answers calls.
 */
export async function invoke<T extends object>(
  calls: Implementation<T>,
  schemas: { readonly [K in keyof T]: v.GenericSchema },
  method: string,
  arg: unknown,
): Promise<unknown> {
  if (!Object.hasOwn(schemas, method)) throw unknownMethod(method);
  const key = method as keyof T;
  const checked = check(schemas[key], arg, method);
  // The schema made the argument what the call takes; the compiler can't follow a key it does not know.
  const call = calls[key] as unknown as (arg: unknown) => unknown;
  return await call.call(calls, checked);
}

function check<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const details = result.issues.map(
    (issue) => [v.getDotPath(issue) ?? 'argument', issue.message] as const,
  );
  throw new LoupeError(
    'invalid-argument',
    `${what} was asked with something it does not take: ${details[0]?.[1] ?? ''}`,
    {
      details: Object.fromEntries(details),
    },
  );
}

function unknownMethod(name: string): LoupeError {
  return new LoupeError('unknown-method', `There is nothing called “${name.slice(0, 100)}”.`);
}
