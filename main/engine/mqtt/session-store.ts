import { Readable } from 'node:stream';
import type { IStore } from 'mqtt';

type StoredPacket = Parameters<IStore['put']>[0];
type StoreStream = ReturnType<IStore['createStream']>;
type StoreCallback = Parameters<IStore['get']>[1];
type PacketKey = Parameters<IStore['get']>[0];

/** What stands for a session as long as the server has not lost it: compare it with `===`. */
export type SessionMark = object;

/** Unfinished exchanges of one direction, by packet identifier, for as long as the session lasts (MQTT 5.0 §4.1). */
abstract class SessionStore implements IStore {
  protected readonly packets = new Map<number | undefined, StoredPacket>();
  #session: SessionMark = {};

  /** Another object once the server had no session, and what was unfinished with the old one was over. */
  get session(): SessionMark {
    return this.#session;
  }

  /** The server has no session. */
  clear(): void {
    this.packets.clear();
    this.#session = {};
  }

  abstract put(packet: StoredPacket, done: (error?: Error) => void): this;

  createStream(): StoreStream {
    // mqtt.js types it as the npm package's Readable, which is Node's own under another name.
    return Readable.from([...this.packets.values()]) as unknown as StoreStream;
  }

  get(packet: PacketKey, done: StoreCallback): this {
    const found = this.packets.get(packet.messageId);
    if (found === undefined) done(new Error('missing packet'));
    else done(undefined, found);
    return this;
  }

  del(packet: PacketKey, done: StoreCallback): this {
    const found = this.packets.get(packet.messageId);
    this.packets.delete(packet.messageId);
    if (found === undefined) done(new Error('missing packet'));
    else done(undefined, found);
    return this;
  }

  close(done: (error?: Error) => void): void {
    done();
  }
}

/** QoS 1 and 2 messages that were sent and not acknowledged: they are sent again when the server still has the session. */
export class OutgoingStore extends SessionStore {
  /** What is sent again has DUP [MQTT-3.3.1-1]. */
  put(packet: StoredPacket, done: (error?: Error) => void): this {
    if (packet.cmd === 'publish') packet.dup = true;
    this.packets.set(packet.messageId, packet);
    done();
    return this;
  }
}

/**
 * Identifiers of QoS 2 messages that were taken and not released (MQTT 5.0 §4.3.3). A message is taken with its PUBLISH,
 * not with its release: one that is acknowledged and not taken would be lost with the program.
 */
export class IncomingStore extends SessionStore {
  has(messageId: number): boolean {
    return this.packets.has(messageId);
  }

  /** The message was taken: sent again before its release it is the same. `session`: in which it came. */
  note(messageId: number, session: SessionMark): void {
    if (session !== this.session) return;
    this.packets.set(messageId, {
      ...{ cmd: 'publish', messageId, topic: '', payload: '' },
      ...{ qos: 2, dup: false, retain: false },
    });
  }

  /** mqtt.js would keep the whole message until its release. */
  put(_packet: StoredPacket, done: (error?: Error) => void): this {
    done();
    return this;
  }
}

/**
 * The client's side of a session (MQTT 5.0 §4.1). It outlives network connections, also when a person begins the next one
 * after the last was ended or given up: the server goes on where it was, and so must we.
 */
export class ClientSession {
  #of: string | null = null;
  incoming = new IncomingStore();
  outgoing = new OutgoingStore();

  /**
   * Before each network connection. `of`: server and client id; with others it is another session.
   * @param clean the server begins a new session (Clean Start, MQTT 5.0 §3.1.2.4)
   */
  begin(of: string, clean: boolean): void {
    if (!clean && of === this.#of) return;
    this.#of = of;
    // New stores, because a connection that is still delivering keeps the old ones.
    this.incoming = new IncomingStore();
    this.outgoing = new OutgoingStore();
  }
}
