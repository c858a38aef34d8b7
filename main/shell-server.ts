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
  readonly calls: Implementation<ShellCalls>;
  /** Whether a sender is our own page. */
  readonly trusted: (contents: WebContents, url: string) => boolean;
  /** A page listens: it can have its port to the engine. */
  readonly onReady: (contents: WebContents) => void;
}

/** Answers the window's calls: only its own top frame is heard, and every argument is checked. */
export function serveShell({ calls, trusted, onReady }: ShellServerOptions): void {
  const refuses = (event: Electron.IpcMainInvokeEvent | Electron.IpcMainEvent): boolean => {
    const frame = event.senderFrame;
    return !frame || frame !== event.sender.mainFrame || !trusted(event.sender, frame.url);
  };
  ipcMain.handle('shell', async (event, method: unknown, arg: unknown): Promise<Reply> => {
    try {
      if (refuses(event))
        throw new LoupeError('forbidden', 'Only the window itself may ask for this.');
      return {
        ok: true,
        value: await invoke<ShellCalls>(calls, shellCallSchemas, String(method), arg),
      };
    } catch (error) {
      return { ok: false, error: toWireError(error) };
    }
  });
  ipcMain.on('shell-ready', (event) => {
    if (!refuses(event)) onReady(event.sender);
  });
}

/** Tells a window something unasked. */
export function tellWindow(contents: WebContents, event: ShellEvent): void {
  if (!contents.isDestroyed()) contents.send('shell-event', event);
}
