import type { Duplex } from 'node:stream';
import mqttPacket from 'mqtt-packet';
import type { IConnectPacket, Packet } from 'mqtt-packet';
import type { MqttVersion } from '../../../app/profile';
import { isPasswordAlone, withoutUsername } from '../mqtt/password-alone';
import { NotMqttError, PacketReader } from './packet-reader';
import { within } from './time-limit';

/** How long a server may take to close. */
const CLOSE_MS = 500;

/** Protocol name and level of the CONNECT (MQTT 5.0 §3.1.2.1; 3.1 has its own name). */
export const PROTOCOLS = {
  '3.1': { protocolVersion: 3, protocolId: 'MQIsdp' },
  '3.1.1': { protocolVersion: 4, protocolId: 'MQTT' },
  '5': { protocolVersion: 5, protocolId: 'MQTT' },
} as const satisfies Record<MqttVersion, unknown>;

/** The connection was closed; `error` says more where the socket failed. */
export class ClosedError extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super('closed');
    this.name = 'ClosedError';
    this.error = error;
  }
}

/** The server's own DISCONNECT (MQTT 5.0 §3.14). */
export class DisconnectedError extends Error {
  readonly packet: Extract<Packet, { cmd: 'disconnect' }>;

  constructor(packet: Extract<Packet, { cmd: 'disconnect' }>) {
    super('disconnected');
    this.name = 'DisconnectedError';
    this.packet = packet;
  }
}

/** MQTT, packet by packet, on a byte stream that is already open. */
export class MqttProbe {
  readonly #stream: Duplex;
  readonly #version: MqttVersion;
  readonly #reader = new PacketReader();
  readonly #waiting = new Set<(packet: Packet) => void>();
  readonly #ended: Promise<never>;
  #end: (error: Error) => void = () => undefined;
  /** The first bytes, for what is no MQTT. */
  #first = Buffer.alloc(0);

  constructor(stream: Duplex, version: MqttVersion) {
    this.#stream = stream;
    this.#version = version;
    this.#ended = new Promise((_resolve, reject) => {
      this.#end = reject;
    });
    // It may end while nobody waits for anything.
    this.#ended.catch(() => undefined);
    let socketError: unknown = null;
    stream.on('error', (error: Error) => {
      socketError = error;
    });
    stream.once('end', () => stream.destroy());
    stream.once('close', () => {
      this.#end(new ClosedError(socketError));
    });
    stream.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
  }

  /** Up to 32 bytes of what came first. */
  get firstBytes(): Buffer {
    return this.#first;
  }

  send(packet: Packet): void {
    if (this.#stream.destroyed) return;
    const bytes = mqttPacket.generate(packet, PROTOCOLS[this.#version]);
    this.#stream.write(packet.cmd === 'connect' ? this.#exactConnect(bytes, packet) : bytes);
  }

  #exactConnect(bytes: Buffer, { username = '', password }: IConnectPacket): Buffer {
    const signIn = { version: this.#version, username, password: password?.toString() ?? '' };
    return isPasswordAlone(signIn) ? withoutUsername(bytes, signIn.password) : bytes;
  }

  /**
   * The next packet that fits. Rejects with a `ClosedError`, `DisconnectedError`, `NotMqttError` or `TimeLimitError`.
   * `request` is sent when somebody listens for its answer.
   */
  async answer<P extends Packet>(
    request: Packet,
    fits: (packet: Packet) => packet is P,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<P> {
    let look: ((packet: Packet) => void) | undefined;
    try {
      return await within(limitMs, signal, () => {
        const answered = new Promise<P>((resolve) => {
          look = (packet) => {
            if (fits(packet)) resolve(packet);
          };
          this.#waiting.add(look);
        });
        this.send(request);
        return Promise.race([answered, this.#ended]);
      });
    } finally {
      if (look) this.#waiting.delete(look);
    }
  }

  /** DISCONNECT with reason 0, then close; resolves when it is closed, which a server may delay only so long. */
  close(): Promise<void> {
    if (this.#stream.destroyed) return Promise.resolve();
    this.#stream.end(mqttPacket.generate({ cmd: 'disconnect' }, PROTOCOLS[this.#version]));
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stream.destroy(), CLOSE_MS);
      this.#stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#first.length < 32) this.#first = Buffer.concat([this.#first, chunk]).subarray(0, 32);
    try {
      if (!isMqttAnswer(this.#first[0])) throw new NotMqttError('no MQTT packet');
      for (const bytes of this.#reader.push(chunk)) this.#parse(bytes);
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      this.#stream.destroy();
    }
  }

  #parse(bytes: Buffer): void {
    const parser = mqttPacket.parser(PROTOCOLS[this.#version]);
    parser.on('error', (error: Error) => {
      throw new NotMqttError(error.message);
    });
    parser.on('packet', (packet) => {
      if (packet.cmd === 'disconnect') this.#end(new DisconnectedError(packet));
      for (const look of [...this.#waiting]) look(packet);
    });
    parser.parse(bytes);
  }
}

/** The first packet of a server is a CONNACK, or an AUTH (MQTT 5.0 §4.12); or a DISCONNECT of who is impolite. */
function isMqttAnswer(first: number | undefined): boolean {
  return first === undefined || first === 0x20 || first === 0xf0 || first === 0xe0;
}
