/** The bridge into the sandboxed page: a few functions and the engine's port, nothing of Node or Electron. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';

contextBridge.exposeInMainWorld('shell', {
  call: (method: string, arg: unknown): Promise<unknown> =>
    ipcRenderer.invoke('shell', method, arg),
  onEvent: (listener: (event: unknown) => void): (() => void) => {
    const receive = (_event: unknown, event: unknown): void => {
      listener(event);
    };
    ipcRenderer.on('shell-event', receive);
    return () => {
      ipcRenderer.off('shell-event', receive);
    };
  },
  /** Where a file stands that a person dropped on the page; empty for what is no file of the system. */
  pathOf: (file: Parameters<typeof webUtils.getPathForFile>[0]): string =>
    webUtils.getPathForFile(file),
  ready: (): void => {
    ipcRenderer.send('shell-ready');
  },
});

/** What is used of the page here; this file compiles with Node's types, not the page's. */
declare const window: {
  readonly origin: string;
  postMessage(message: unknown, origin: string, ports: readonly unknown[]): void;
};

// A port can't cross the context bridge; a message of the window to itself carries it.
ipcRenderer.on('engine-port', (event) => {
  window.postMessage({ kind: 'engine-port' }, window.origin, event.ports);
});
