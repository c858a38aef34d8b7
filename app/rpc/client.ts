import type { EngineCalls, EngineViews } from '../contract';
import { LoupeError } from '../errors';
import { clientOf, type Client } from './derive';
import type { Port, ToEngine, ToRenderer } from './wire';

/** A view that is open: its parameters can change, and it must be closed. */
export interface OpenView<Params> {
  update(params: Params): void;
  close(): void;
}

interface ViewEntry {
  readonly view: string;
  params: unknown;
  readonly onFrame: (frame: unknown) => void;
  readonly onEnd: (error: LoupeError) => void;
}

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: LoupeError) => void;
}

export interface ClientOptions {
  /** Runs what shows a frame and then acknowledges it: one animation frame in a window. */
  readonly onNextPaint: (show: () => void) => void;
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
    const entry: ViewEntry = { view, params, onFrame: onFrame as (frame: unknown) => void, onEnd };
    this.views.set(id, entry);
    this.port?.send({ t: 'open', id, view, params });
    return {
      update: (next) => {
        entry.params = next;
        this.port?.send({ t: 'update', id, params: next });
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
        this.port?.send({ t: 'call', id, method, arg });
      };
      if (this.port) start();
      else if (this.failure) reject(this.failure);
      else this.waiting.push({ start, reject });
    });
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
        this.show(message.id, message.frame, message.value);
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

  private show(id: number, frame: number, value: unknown): void {
    const port = this.port;
    this.options.onNextPaint(() => {
      this.views.get(id)?.onFrame(value);
      if (this.port === port) port?.send({ t: 'ack', id, frame });
    });
  }
}
