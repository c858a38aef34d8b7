import type { CaptureMode, PacketDetail } from '../../../app/contract-packets';
import { describeFailure } from '../../../app/connection-failure';
import type { RawFailure } from '../../../app/raw-failure';
import { LoupeError } from '../../../app/errors';
import { formatCountOf } from '../../../app/payload/format';
import { brokerUrl } from '../../../app/profile';
import type { StreamWatcher, TappedStream, WatchedStream } from '../mqtt/stream-tap';
import { Answers } from './answers';
import { blamed, problemOf } from './blame';
import type { Kept, KeptEvent } from './kept';
import { PacketRing, type RingLimits } from './packet-ring';
import { rowOf } from './rows';
import { StreamWatch, type WatchedPacket } from './stream-watch';

/** Enough for minutes of a busy connection, little beside what the window takes. */
const LIMITS: RingLimits = { packets: 50_000, bytes: 32 * 1024 * 1024 };

type Opened = Parameters<StreamWatcher['opened']>;

/** A connection that is open now. */
interface Connection {
  readonly number: number;
  readonly stream: TappedStream;
  readonly about: Opened[1];
  readonly answers: Answers;
  watch: StreamWatch | null;
  /** Of those that came: the last, and the last that has something wrong. */
  lastCame: number | null;
  lastWrong: number | null;
}

type EventFacts = Partial<Pick<KeptEvent, 'isBad' | 'packet'>>;

/**
 * The control packets of one profile's connections, kept in memory while somebody asked for them. While it is off it
 * holds no more than which connection is open: no byte of that is looked at.
 */
export class PacketLog implements StreamWatcher {
  readonly ring: PacketRing;
  readonly #nowUs: () => number;
  #mode: CaptureMode = 'off';
  #connections = 0;
  #open: Connection | null = null;
  #passed = 0;
  #version = 0;

  constructor(nowUs: () => number, limits: RingLimits = LIMITS) {
    this.#nowUs = nowUs;
    this.ring = new PacketRing(limits);
  }

  get mode(): CaptureMode {
    return this.#mode;
  }

  /** Packets that passed since it was paused. */
  get passed(): number {
    return this.#passed;
  }

  /** Grows with everything that a view may show. */
  get version(): number {
    return this.#version;
  }

  setMode(mode: CaptureMode): void {
    const was = this.#mode;
    if (mode === was) return;
    this.#version += 1;
    this.#mode = mode;
    if (this.#open) this.#tapAgain(this.#open, was);
    this.#endPause();
  }

  clear(): void {
    this.ring.clear();
    this.#version += 1;
  }

  opened(stream: Opened[0], about: Opened[1]): WatchedStream {
    this.#connections += 1;
    const connection: Connection = {
      ...{ number: this.#connections, stream, about, answers: new Answers() },
      ...{ watch: null, lastCame: null, lastWrong: null },
    };
    this.#open = connection;
    if (this.#mode !== 'off') {
      this.#event(connection, `Connection opened to ${brokerUrl(about.profile)}`);
      this.#tap(connection);
    }
    return {
      closed: (failure) => {
        this.#closed(connection, failure);
      },
    };
  }

  /** @throws LoupeError `not-found` */
  detail(id: number): PacketDetail {
    const entry = this.ring.get(id);
    if (entry?.kind !== 'packet') {
      throw new LoupeError(
        'not-found',
        'That packet is no longer kept: only the newest are, within a limit of memory.',
      );
    }
    const { connection, bytes, masked, options, answer, answers } = entry;
    const answeredBy = answer?.id ?? null;
    return { row: rowOf(entry), connection, bytes, masked, options, answeredBy, answers };
  }

  #closed(connection: Connection, failure: RawFailure | null): void {
    if (this.#open === connection) this.#open = null;
    this.#untap(connection);
    if (this.#mode === 'off') return;
    const { profile } = connection.about;
    if (failure === null) {
      this.#event(connection, 'Connection closed by this program');
      return;
    }
    const { title, technical } = describeFailure(failure, profile);
    this.#event(connection, `Connection closed. ${title} (${technical})`, {
      isBad: true,
      packet:
        this.#blame(connection, failure) ??
        connection.lastWrong ??
        (failure.kind === 'malformed' ? connection.lastCame : null),
    });
  }

  /** The packet that the server should not have sent; what is wrong with it is then told at it. */
  #blame({ number, about }: Connection, failure: RawFailure): number | null {
    const violation = 'violation' in failure ? failure.violation : undefined;
    const packet = violation && blamed(this.ring, number, violation);
    if (!packet) return null;
    const { summary, options } = packet;
    if (summary.problem === null || options.missing === 'not-come')
      packet.summary = { ...summary, problem: problemOf(violation, about.profile.version) };
    return packet.id;
  }

  #tapAgain(connection: Connection, was: CaptureMode): void {
    if (this.#mode === 'off') this.#untap(connection);
    else if (was === 'off') {
      this.#event(connection, 'Joined an open connection: what passed before is not here');
      this.#tap(connection);
    }
  }

  #tap(connection: Connection): void {
    const { stream, about } = connection;
    const facts = { version: about.profile.version, maxPacketBytes: about.maxPacketBytes };
    const place = stream.tap(null);
    connection.watch = new StreamWatch(facts, place, (packet) => {
      this.#take(connection, packet);
    });
    stream.tap(connection.watch);
  }

  #untap(connection: Connection): void {
    connection.stream.tap(null);
    if (this.#mode !== 'off') connection.watch?.end();
    connection.watch = null;
  }

  #take(connection: Connection, packet: WatchedPacket): void {
    this.#version += 1;
    if (this.#mode === 'paused') {
      this.#passed += 1;
      return;
    }
    const [id, timeUs] = [this.ring.nextId, this.#nowUs()];
    const { summary, options } = packet;
    if (options.isFromServer) connection.lastCame = id;
    if (options.isFromServer && summary.problem !== null) connection.lastWrong = id;
    const asked = connection.answers.note(summary, options.isFromServer, { id, timeUs });
    const kept = asked === null ? null : this.ring.get(asked.id);
    if (asked !== null && kept?.kind === 'packet') {
      kept.answer = { id, latencyUs: timeUs - asked.timeUs };
    }
    const { number } = connection;
    const answers = kept?.id ?? null;
    this.ring.add({
      kind: 'packet',
      id,
      timeUs,
      connection: number,
      ...packet,
      answers,
      answer: null,
    });
  }

  /** What was left out stands in the list as a gap. */
  #endPause(): void {
    if (this.#mode === 'paused' || this.#passed === 0) return;
    const passed = formatCountOf(this.#passed, 'packet', 'packets');
    this.#passed = 0;
    this.#add(
      `Paused: ${passed} passed and ${passed === '1 packet' ? 'was' : 'were'} not kept`,
      this.#connections,
      {},
    );
  }

  #event({ number }: Connection, words: string, more: EventFacts = {}): void {
    if (this.#mode !== 'paused' || more.isBad) this.#add(words, number, more);
  }

  #add(words: string, connection: number, { isBad = false, packet = null }: EventFacts): void {
    this.#version += 1;
    const [id, timeUs] = [this.ring.nextId, this.#nowUs()];
    const event: KeptEvent = { kind: 'event', id, timeUs, connection, words, isBad, packet };
    this.ring.add(event satisfies Kept);
  }
}
