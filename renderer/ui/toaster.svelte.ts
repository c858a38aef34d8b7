export interface ToastOptions {
  readonly text: string;
  readonly tone?: 'neutral' | 'good' | 'warn' | 'bad';
  readonly action?: { readonly label: string; readonly run: () => void };
  /** How long it stays, ms; null until it is closed. Longer while the pointer or the focus is on it. */
  readonly lastsMs?: number | null;
}

export interface Toast extends ToastOptions {
  readonly id: number;
  readonly tone: NonNullable<ToastOptions['tone']>;
}

interface Timer {
  /** Undefined while the clocks stand still. */
  handle: ReturnType<typeof setTimeout> | undefined;
  endsAt: number;
}

/** Older ones without an action go when more than this many are shown. */
const MOST_TOASTS = 4;
const DEFAULT_MS = 5000;
/** An error wants to be read; it stays twice as long. */
const PROBLEM_MS = 10_000;

/** Short notices at the bottom of the window, some with an action such as Undo. */
export class Toaster {
  #toasts = $state.raw<readonly Toast[]>([]);
  readonly #timers = new Map<number, Timer>();
  #isHeld = false;
  #nextId = 1;

  get toasts(): readonly Toast[] {
    return this.#toasts;
  }

  /** Shows a notice and returns its id; it takes the place of one with the same words. */
  show(options: ToastOptions): number {
    const toast: Toast = { tone: 'neutral', ...options, id: this.#nextId++ };
    const place = this.#toasts.findIndex((one) => isSame(one, toast));
    if (place < 0) this.#toasts = [...this.#toasts, toast];
    else this.#replace(place, toast);
    this.#makeRoom();
    this.#startTimer(toast.id, this.#lifetimeMs(toast));
    return toast.id;
  }

  /** Shows what went wrong, in the words of the error. */
  problem(text: string): number {
    return this.show({ text, tone: 'bad' });
  }

  dismiss(id: number): void {
    this.#remove(id);
  }

  act(id: number): void {
    const toast = this.#remove(id);
    toast?.action?.run();
  }

  /** Nothing goes while a person reads, or aims at a button. */
  hold(): void {
    this.#isHeld = true;
    for (const timer of this.#timers.values()) clearTimeout(timer.handle);
  }

  /** Lets the clocks go on, with time enough to move away. */
  release(): void {
    this.#isHeld = false;
    this.#makeRoom();
    const now = Date.now();
    for (const [id, timer] of [...this.#timers]) {
      this.#startTimer(id, Math.max(2000, timer.endsAt - now));
    }
  }

  /** The oldest go; but a way back, such as Undo, is never taken away before its time. */
  #makeRoom(): void {
    if (this.#isHeld) return;
    const tooMany = Math.max(0, this.#toasts.length - MOST_TOASTS);
    const idle = this.#toasts.filter((toast) => toast.action === undefined);
    for (const old of idle.slice(0, tooMany)) this.dismiss(old.id);
  }

  #lifetimeMs(toast: Toast): number | null {
    if (toast.lastsMs !== undefined) return toast.lastsMs;
    return toast.tone === 'bad' ? PROBLEM_MS : DEFAULT_MS;
  }

  #replace(place: number, toast: Toast): void {
    const old = this.#toasts[place];
    this.#toasts = this.#toasts.with(place, toast);
    if (old) this.#remove(old.id);
  }

  #startTimer(id: number, lifetimeMs: number | null): void {
    if (lifetimeMs === null) return;
    const end = (): void => {
      this.dismiss(id);
    };
    const handle = this.#isHeld ? undefined : setTimeout(end, lifetimeMs);
    this.#timers.set(id, { handle, endsAt: Date.now() + lifetimeMs });
  }

  #remove(id: number): Toast | undefined {
    const toast = this.#toasts.find((one) => one.id === id);
    this.#toasts = this.#toasts.filter((one) => one.id !== id);
    const timer = this.#timers.get(id);
    if (timer) clearTimeout(timer.handle);
    this.#timers.delete(id);
    return toast;
  }
}

/** A way back, such as Undo, is each time another one. */
function isSame(one: Toast, other: Toast): boolean {
  const isPlain = one.action === undefined && other.action === undefined;
  return isPlain && one.text === other.text && one.tone === other.tone;
}

export const toaster = new Toaster();
