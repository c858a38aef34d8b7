import type { EngineCalls, EngineViews } from '../contract';
import { LoupeError } from '../errors';
import { clientOf, type Client } from './derive';
import type { Port, ToEngine, ToRenderer } from './wire';

/** A view that is open: its parameters can change, and it must be closed. */
export interface OpenView<Params> {
  update(params: Params): void;
  /**
   * Keeps news from the screen, so that what a hand aims at stands still; answers to parameters and calls are shown.
   * The engine sends nothing further meanwhile, and the newest once it is let go.
   */
  hold(isHeld: boolean): void;
  close(): void;
}

interface ViewEntry {
  readonly view: string;
  params: unknown;
  /** The engine was asked for a frame with parameters that it has not answered yet. */
  asked: boolean;
  /** Newer parameters than those it was asked with; they wait for the answer, the latest win. */
  changed: boolean;
  /** Counted up with each frame that arrives: one that was overtaken is not shown. */
  arrived: number;
  /** Counted up with each change of its parameters: news that came before it is not shown. */
  updates: number;
  isHeld: boolean;
  /** Shows the news that came while it was held. */
  kept: (() => void) | null;
  readonly onFrame: (frame: unknown) => void;
  readonly onEnd: (error: LoupeError) => void;
}

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LoupeError) => void;
}

export interface ClientOptions {
  /**
   * Runs what shows a frame and then acknowledges it: one animation frame in a window. Somebody waits for an
   * `urgent` one; others may be gathered for a moment.
   */
  readonly onNextPaint: (show: () => void, urgent: boolean) => void;
}

/**
 * The window's end of the contract. It outlives the engine: after `attach` with a new port all open views are
 * opened again, and calls that were under way have failed with `engine-unavailable`.
 */
export class EngineClient {
  readonly calls: Client<EngineCalls>;
  private port: Port<ToEngine, ToRenderer> | null = null;
  private stopListening: (() => void) | null = null;
  private nextId = 1;
  private readonly pending = new Map<number, PendingCall>();
  private readonly views = new Map<number, ViewEntry>();
  private waiting: { readonly start: () => void; readonly reject: (error: LoupeError) => void }[] =
    [];
  private failure: LoupeError | null = null;

  constructor(private readonly options: ClientOptions) {
    this.calls = clientOf<EngineCalls>((method, arg) => this.call(method, arg));
  }

  attach(port: Port<ToEngine, ToRenderer>): void {
    this.detach();
    this.port = port;
    this.failure = null;
    this.stopListening = port.listen((message) => {
      this.receive(message);
    });
    for (const [id, entry] of this.views) {
      entry.asked = true;
      entry.changed = false;
      port.send({ t: 'open', id, view: entry.view, params: entry.params });
    }
    for (const { start } of this.waiting.splice(0)) start();
  }

  /** The engine is gone: everything under way fails, views stay to be opened again. */
  detach(): void {
    this.stopListening?.();
    this.stopListening = null;
    this.port = null;
    const lost = new LoupeError(
      'engine-unavailable',
      'The engine stopped before it answered. Try again in a moment.',
    );
    for (const call of this.pending.values()) call.reject(lost);
    this.pending.clear();
  }

  /** The engine is gone and will not come back: every call fails from now on, those that waited too. */
  fail(message: string): void {
    this.detach();
    this.failure = new LoupeError('engine-unavailable', message);
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }

  open<K extends keyof EngineViews>(
    view: K,
    params: EngineViews[K]['params'],
    onFrame: (frame: EngineViews[K]['frame']) => void,
    onEnd: (error: LoupeError) => void = () => undefined,
  ): OpenView<EngineViews[K]['params']> {
    const id = this.nextId++;
    const entry: ViewEntry = {
      ...{ view, params, asked: true, changed: false, arrived: 0 },
      ...{ updates: 0, isHeld: false, kept: null },
      ...{ onFrame: onFrame as (frame: unknown) => void, onEnd },
    };
    this.views.set(id, entry);
    this.port?.send({ t: 'open', id, view, params });
    return {
      update: (next) => {
        entry.params = next;
        entry.changed = true;
        entry.updates += 1;
        if (!entry.asked) this.ask(id, entry);
      },
      hold: (isHeld) => {
        entry.isHeld = isHeld;
        if (!isHeld) letGo(entry);
      },
      close: () => {
        if (this.views.delete(id)) this.port?.send({ t: 'close', id });
      },
    };
  }

  private call(method: string, arg: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        const id = this.nextId++;
        this.pending.set(id, { resolve, reject });
        // A call means the views as they were changed before it.
        for (const [view, entry] of this.views) if (entry.changed) this.ask(view, entry);
        this.port?.send({ t: 'call', id, method, arg });
      };
      if (this.port) start();
      else if (this.failure) reject(this.failure);
      else this.waiting.push({ start, reject });
    });
  }

  /** Sends the parameters of a view. While it is busy with them, further changes wait, so that typing can't outrun it. */
  private ask(id: number, entry: ViewEntry): void {
    if (!this.port) return;
    entry.asked = true;
    entry.changed = false;
    this.port.send({ t: 'update', id, params: entry.params });
  }

  private receive(message: ToRenderer): void {
    switch (message.t) {
      case 'reply':
        this.take(message.id)?.resolve(message.value);
        return;
      case 'error':
        this.take(message.id)?.reject(LoupeError.fromWire(message.error));
        return;
      case 'frame':
        this.show(message);
        return;
      case 'ended': {
        const entry = this.views.get(message.id);
        this.views.delete(message.id);
        entry?.onEnd(LoupeError.fromWire(message.error));
      }
    }
  }

  private take(id: number): PendingCall | undefined {
    const call = this.pending.get(id);
    this.pending.delete(id);
    return call;
  }

  private show({ id, frame, value, urgent }: ToRenderer & { readonly t: 'frame' }): void {
    const { port } = this;
    const entry = this.views.get(id);
    if (!entry) return;
    const arrived = (entry.arrived += 1);
    const { updates } = entry;
    if (urgent) {
      entry.asked = false;
      if (entry.changed) this.ask(id, entry);
    }
    const show = (): void => {
      if (entry.arrived !== arrived || this.views.get(id) !== entry) return;
      // News of before a change would be taken for what was asked for: the answer is on its way.
      if (urgent || entry.updates === updates) entry.onFrame(value);
      if (this.port === port) port?.send({ t: 'ack', id, frame });
    };
    entry.kept = () => {
      this.options.onNextPaint(show, urgent);
    };
    if (urgent || !entry.isHeld) letGo(entry);
  }
}

function letGo(entry: ViewEntry): void {
  const { kept } = entry;
  entry.kept = null;
  kept?.();
}
