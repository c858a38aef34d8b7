import { ipcMain, type WebContents } from 'electron';
import type { ShellCalls, ShellEvent } from '../app/contract';
import { shellCallSchemas } from '../app/contract-schemas';
import { LoupeError, toWireError, type WireError } from '../app/errors';
import type { Implementation } from '../app/rpc/derive';
import { invoke } from '../app/rpc/server';

type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WireError };

export interface ShellServerOptions {
  /** What a sender may ask for; null when it is none of our pages. */
  readonly callsOf: (contents: WebContents, url: string) => Implementation<ShellCalls> | null;
  /** A page listens: it can have its port to the engine. */
  readonly onReady: (contents: WebContents) => void;
}

/** Answers the windows' calls: only their own top frames are heard, and every argument is checked. */
export function serveShell({ callsOf, onReady }: ShellServerOptions): void {
  const callsFor = (
    event: Electron.IpcMainInvokeEvent | Electron.IpcMainEvent,
  ): Implementation<ShellCalls> | null => {
    const frame = event.senderFrame;
    return frame && frame === event.sender.mainFrame ? callsOf(event.sender, frame.url) : null;
  };
  ipcMain.handle('shell', async (event, method: unknown, arg: unknown): Promise<Reply> => {
    try {
      const calls = callsFor(event);
      if (!calls) throw new LoupeError('forbidden', 'Only the window itself may ask for this.');
      return {
        ok: true,
        value: await invoke<ShellCalls>(calls, shellCallSchemas, String(method), arg),
      };
    } catch (error) {
      return { ok: false, error: toWireError(error) };
    }
  });
  ipcMain.on('shell-ready', (event) => {
    if (callsFor(event)) onReady(event.sender);
  });
}

/** Tells a window something unasked. */
export function tellWindow(contents: WebContents, event: ShellEvent): void {
  if (!contents.isDestroyed()) contents.send('shell-event', event);
}
