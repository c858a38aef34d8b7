import { connect, type Socket } from 'node:net';
import { connectPacket, DISCONNECT, PINGREQ } from './publish-packets';

const CONNACK = 0x20;
const PUBACK = 0x40;
const PINGRESP = 0xd0;

/** A plain socket to a broker that writes packets as they are and counts what comes back. */
export class BrokerSocket {
  /** PUBACKs so far. */
  acknowledged = 0;
  readonly #socket: Socket;
  #rest: Uint8Array = new Uint8Array(0);
  #connected = false;
  #pings = 0;
  #error: Error | null = null;
  #wake: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.#read(bytes);
    });
    socket.on('error', (error) => {
      this.#fail(error);
    });
    socket.on('close', () => {
      this.#fail(new Error('The broker closed the connection.'));
    });
  }

  /** Opens a connection and waits for its CONNACK. */
  static async open(host: string, port: number, clientId: string): Promise<BrokerSocket> {
    const broker = new BrokerSocket(connect({ host, port }));
    await broker.write(connectPacket(clientId));
    await broker.until(() => broker.#connected);
    return broker;
  }

  /** Resolves when the system has taken the bytes: only then may the buffer be used again. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(this.#error ?? error);
        else resolve();
      });
    });
  }

  /** Waits until a condition holds; it is looked at again whenever something came. */
  async until(condition: () => boolean): Promise<void> {
    for (;;) {
      if (this.#error) throw this.#error;
      if (condition()) return;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  /** Waits until the broker has worked through everything written so far: it answers in order. */
  async settle(): Promise<void> {
    const wanted = this.#pings + 1;
    await this.write(PINGREQ);
    await this.until(() => this.#pings >= wanted);
  }

  async end(): Promise<void> {
    await this.write(DISCONNECT);
    this.#socket.removeAllListeners('close');
    await new Promise<void>((resolve) => {
      this.#socket.end(resolve);
    });
    this.#socket.destroy();
  }

  #read(bytes: Uint8Array): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    // Everything a broker sends to a publisher of QoS 0 and 1 has a one-byte remaining length.
    while (all.length - at >= 2) {
      const length = 2 + (all[at + 1] ?? 0);
      if (all.length - at < length) break;
      this.#take(all[at] ?? 0, all[at + 3] ?? 0);
      at += length;
    }
    this.#rest = all.slice(at);
    this.#wakeAll();
  }

  #take(type: number, code: number): void {
    if (type === PUBACK) this.acknowledged += 1;
    else if (type === PINGRESP) this.#pings += 1;
    else if (type === CONNACK && code === 0) this.#connected = true;
    else
      this.#fail(
        new Error(`The broker answered with packet ${String(type)}, code ${String(code)}.`),
      );
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
