import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What happens to one connection; `down` is from the broker to the client. */
export interface Fault {
  readonly kind: 'reset' | 'truncate' | 'stall' | 'delay' | 'split';
  readonly direction: 'up' | 'down';
  /** Bytes of that direction that pass before it happens; what slows the bytes down does so from there on, and ends in a reset. */
  readonly afterBytes: number;
}

export interface FaultProxy {
  readonly port: number;
  /** Faults that connections to come will have, one each; then they have none. */
  readonly faults: Fault[];
  /** How many faults have happened so far. */
  readonly happened: () => number;
  /** Cuts off every connection. */
  readonly drop: () => void;
  readonly close: () => Promise<void>;
}

const DELAY_MS = 3;
const SLOW_BYTES = 600;

/** A proxy on this machine that does to bytes what networks do to them, at the very byte that it is told. */
export async function startFaultProxy(brokerPort: number): Promise<FaultProxy> {
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  let happened = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const fault = faults.shift() ?? null;
    const broker = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true });
    let isNoted = false;
    const note = (): void => {
      if (!isNoted) happened += 1;
      isNoted = true;
    };
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(from);
      // Whatever ends one side ends the other.
      from.on('error', () => from.destroy());
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      const direction = from === client ? 'up' : 'down';
      forward(from, to, fault?.direction === direction ? fault : null, note);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    faults,
    happened: () => happened,
    drop,
    close: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(from: Socket, to: Socket, fault: Fault | null, note: () => void): void {
  let passed = 0;
  let turn: Promise<void> = Promise.resolve();
  from.on('data', (chunk: Buffer) => {
    const before = fault === null ? chunk.length : Math.max(0, fault.afterBytes - passed);
    passed += chunk.length;
    const sound = chunk.subarray(0, before);
    const rest = chunk.subarray(before);
    if (sound.length > 0) to.write(sound);
    if (fault === null || rest.length === 0) return;
    note();
    turn = turn.then(() => happen(fault.kind, from, to, rest));
    if (passed > fault.afterBytes + SLOW_BYTES && isSlow(fault.kind))
      turn = turn.then(() => happen('reset', from, to, rest));
  });
  from.on('end', () => {
    void turn.then(() => to.end());
  });
}

function isSlow(kind: Fault['kind']): boolean {
  return kind === 'split' || kind === 'delay';
}

async function happen(kind: Fault['kind'], from: Socket, to: Socket, rest: Buffer): Promise<void> {
  switch (kind) {
    case 'reset':
      from.resetAndDestroy();
      to.resetAndDestroy();
      return;
    case 'truncate':
      to.end();
      from.destroy();
      return;
    case 'stall':
      from.pause();
      return;
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
      to.write(rest);
      return;
    default:
      for (const byte of rest) {
        to.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
  }
}
