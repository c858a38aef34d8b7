import { Readable } from 'node:stream';
import type { IStore } from 'mqtt';

type StoredPacket = Parameters<IStore['put']>[0];
type StoreStream = ReturnType<IStore['createStream']>;
type StoreCallback = Parameters<IStore['get']>[1];
type PacketKey = Parameters<IStore['get']>[0];

/**
 * Unfinished QoS 1 and 2 exchanges of one direction, by packet identifier. Outlives the network connection when the
 * session does (MQTT 5.0 §4.1, §4.4): a QoS 2 message that was received but not released before the connection was
 * lost is then delivered once, after it came back.
 */
export class SessionStore implements IStore {
  readonly #packets = new Map<number | undefined, StoredPacket>();
  readonly #resends: boolean;

  /** `resends`: what is stored here is sent again on a resumed session, so a PUBLISH gets DUP [MQTT-3.3.1-1]. */
  constructor({ resends }: { readonly resends: boolean }) {
    this.#resends = resends;
  }

  /** The server has no session: what was unfinished with the old one is over. */
  clear(): void {
    this.#packets.clear();
  }

  put(packet: StoredPacket, done: (error?: Error) => void): this {
    if (this.#resends && packet.cmd === 'publish') packet.dup = true;
    this.#packets.set(packet.messageId, packet);
    done();
    return this;
  }

  createStream(): StoreStream {
    // mqtt.js types it as the npm package's Readable, which is Node's own under another name.
    return Readable.from([...this.#packets.values()]) as unknown as StoreStream;
  }

  get(packet: PacketKey, done: StoreCallback): this {
    const found = this.#packets.get(packet.messageId);
    if (found === undefined) done(new Error('missing packet'));
    else done(undefined, found);
    return this;
  }

  del(packet: PacketKey, done: StoreCallback): this {
    const found = this.#packets.get(packet.messageId);
    this.#packets.delete(packet.messageId);
    if (found === undefined) done(new Error('missing packet'));
    else done(undefined, found);
    return this;
  }

  close(done: (error?: Error) => void): void {
    done();
  }
}
