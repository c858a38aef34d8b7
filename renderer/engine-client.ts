import { EngineClient } from '../app/rpc/client';
import { PaintQueue } from './paint-queue';
import type { Port, ToEngine, ToRenderer } from '../app/rpc/wire';

/** The engine's client of this window. It waits for a port, and takes a new one whenever the engine is restarted. */
export function createEngineClient(): EngineClient {
  const queue = new PaintQueue();
  return new EngineClient({
    onNextPaint: (show, urgent) => {
      queue.add(show, urgent);
    },
  });
}

/** Attaches every port that the preload script forwards. Returns how to stop listening. */
export function listenForEnginePorts(client: EngineClient, onAttach: () => void): () => void {
  const receive = (event: MessageEvent): void => {
    // Only this very page, and the preload script in it, may hand over a port.
    if (event.source !== window || event.origin !== window.origin) return;
    if (!isPortMessage(event.data)) return;
    const port = event.ports[0];
    if (!port) return;
    client.attach(portOf(port));
    onAttach();
  };
  window.addEventListener('message', receive);
  return () => {
    window.removeEventListener('message', receive);
  };
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'engine-port';
}

function portOf(port: MessagePort): Port<ToEngine, ToRenderer> {
  return {
    send: (message) => {
      port.postMessage(message);
    },
    listen: (receive) => {
      // The other end is our own engine: its messages have the contract's types.
      port.onmessage = (event) => {
        receive(event.data as ToRenderer);
      };
      return () => {
        port.onmessage = null;
        port.close();
      };
    },
  };
}
