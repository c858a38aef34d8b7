import type { ShellCalls, ShellEvent } from '../app/contract';
import { LoupeError, type WireError } from '../app/errors';
import { clientOf, type Client } from '../app/rpc/derive';

/** What the preload script exposes as `window.shell`. */
interface ShellBridge {
  call(
    method: string,
    arg: unknown,
  ): Promise<
    | { readonly ok: true; readonly value: unknown }
    | { readonly ok: false; readonly error: WireError }
  >;
  onEvent(listener: (event: ShellEvent) => void): () => void;
  /** Where a dropped file stands; empty for what is no file of the system. */
  pathOf(file: File): string;
  /** Says that this window listens: the engine's port may come. */
  ready(): void;
}

declare global {
  interface Window {
    readonly shell: ShellBridge;
  }
}

/** The main process, as the contract describes it. */
export const shell: Client<ShellCalls> = clientOf<ShellCalls>(async (method, arg) => {
  const reply = await window.shell.call(method, arg);
  if (!reply.ok) throw LoupeError.fromWire(reply.error);
  return reply.value;
});

/** Listens to what main tells the window; returns how to stop. */
export function onShellEvent(listener: (event: ShellEvent) => void): () => void {
  return window.shell.onEvent(listener);
}

/** Where a file stands that was dropped on the window; null for what is no file of the system. */
export function pathOf(file: File): string | null {
  const path = window.shell.pathOf(file);
  return path === '' ? null : path;
}

/** Says that the window is ready for the engine's port. */
export function announceReady(): void {
  window.shell.ready();
}
