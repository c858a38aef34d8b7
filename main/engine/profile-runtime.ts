import { addressOf } from '../../app/broker-address';
import type { ConnectionState } from '../../app/connection';
import type { Sending } from '../../app/contract-desk';
import type { PublishResult, StatusFrame } from '../../app/contract';
import type { Message } from '../../app/message';
import type { MqttVersion, Profile } from '../../app/profile';
import type { AskSecret } from '../../app/secret';
import type { Clock } from './clock';
import { Echoes } from './echoes';
import { FLAG_OUT, type History } from './history/history';
import { Ingest, type IngestOptions, type MessageIds } from './ingest';
import type { MemoryFile } from './memory-file';
import { createConnection } from './mqtt/mqtt-connection';
import { ClientSession } from './mqtt/session-store';
import type { Surroundings } from './mqtt/surroundings';
import type { Arrived, Connection, OutgoingMessage, Receive } from './mqtt/types';
import { PacketLog } from './packets/packet-log';
import { Past } from './past/past';
import { PublishLog } from './publish-log';
import { RateMeter } from './rate-meter';
import { OwnConnection } from './retained/own-connection';
import { RetainedDesk } from './retained-desk';
import { SessionNotes } from './session-notes';
import { headOf } from './stored-value';
import { Traffic } from './traffic/traffic';
import { Expansion } from './tree/expansion';
import { loadTree } from './tree/load-tree';
import { PACKET_ID_IN_HISTORY } from './tree/topic-node';
import { TopicTree } from './tree/topic-tree';

export interface RuntimeOptions {
  readonly profile: Profile;
  readonly history: History;
  readonly memory: Pick<
    MemoryFile,
    | 'expansion'
    | 'setExpansion'
    | 'publishes'
    | 'setPublishes'
    | 'mqttVersion'
    | 'setMqttVersion'
    | 'filters'
    | 'setFilters'
  >;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly secret: AskSecret;
  /** Authorities (PEM) trusted besides those of the system. */
  readonly authorities?: readonly string[];
  /** See `ConnectionOptions`. */
  readonly surroundings?: Surroundings;
  /** After the connection's state changed. */
  readonly onState: () => void;
  /** What the history may take, in bytes, instead of what the profile says of it. */
  readonly maxBytes?: number;
  /** Stands between connection and ingest: a message that is not handed to `receive` is neither taken nor acknowledged. */
  readonly onMessage?: (message: Arrived, done: () => void, receive: Receive) => void;
  /** After a batch was stored, or could not be. */
  readonly onFlushed?: () => void;
  /** Each batch as it goes to the history; see `IngestOptions`. */
  readonly onBatch?: IngestOptions['onBatch'];
  /** How long the broker is kept waiting while the history is behind. */
  readonly holdMs?: number;
  /** See `IngestOptions`. */
  readonly marks?: (topic: string, payload: Uint8Array) => number;
}

const DAY_MS = 86_400_000;

const MOST_HOLD_MS = 10_000;

/** A connection that is not read gets no answers to its pings: it must be read again well within the keep-alive. */
function holdMsOf({ keepAlive }: Profile): number {
  return keepAlive === 0 ? MOST_HOLD_MS : Math.min(MOST_HOLD_MS, (keepAlive * 1_000) / 3);
}

/** Smaller ones are gone before anybody could read how far they are. */
const LARGE_PUBLISH_BYTES = 1024 * 1024;

/** One profile while it is in use: its tree, its connection, what it stores and publishes. */
export class ProfileRuntime {
  readonly tree: TopicTree;
  readonly publishLog: PublishLog;
  readonly retained: RetainedDesk;
  /** What was there at any moment. */
  readonly past: Past;
  /** The packets of its connections, for whoever asks to see them. */
  readonly packets: PacketLog;
  /** What comes, as a whole. */
  readonly traffic: Traffic;
  /** Told of each message as it arrives; null while nobody listens. */
  listener: ((message: Arrived) => void) | null = null;
  private readonly published = new Echoes(FLAG_OUT);
  private readonly ingest: Ingest;
  private readonly session = new ClientSession();
  private connection: Connection | null = null;
  private largePublishes: readonly OutgoingMessage[] = [];
  private currentProfile: Profile;
  private connectionState: ConnectionState = { kind: 'disconnected' };
  private readonly notes: SessionNotes;
  private readonly rate: RateMeter;
  private loading: Promise<void> | null = null;
  private loadingDone = false;
  private wanted = false;

  constructor(private readonly options: RuntimeOptions) {
    const { profile, history, memory, clock, ids } = options;
    this.currentProfile = profile;
    const expansion = new Expansion(memory.expansion(profile.id));
    let noting = false;
    expansion.onChange(() => {
      // A whole branch changes in one turn: it is noted once.
      if (noting) return;
      noting = true;
      queueMicrotask(() => {
        noting = false;
        memory.setExpansion(profile.id, expansion.state);
      });
    });
    this.tree = new TopicTree(expansion);
    this.publishLog = new PublishLog(profile.id, memory);
    this.traffic = new Traffic({ tree: this.tree, nowUs: () => clock.nowUs() });
    this.packets = new PacketLog(() => clock.nowUs());
    this.applyLimits();
    this.notes = new SessionNotes({ profileId: profile.id, history, clock });
    this.ingest = new Ingest({
      profileId: profile.id,
      tree: this.tree,
      history,
      clock,
      ids,
      session: (fromUs) => this.notes.keyFrom(fromUs),
      onFlushed: () => {
        options.onFlushed?.();
      },
      onBatch: options.onBatch,
      onCounted: (node, value, topic, payload) => {
        this.traffic.counted(node, value, topic, payload);
      },
      holdMs: options.holdMs ?? holdMsOf(profile),
      marks: (topic, payload) =>
        (options.marks?.(topic, payload) ?? 0) | this.published.marks(topic, payload),
    });
    this.rate = new RateMeter(0, performance.now());
    this.past = new Past({
      live: this.tree,
      moments: history.moments(profile.id),
      flush: () => {
        this.ingest.flush();
      },
      nowUs: () => clock.nowUs(),
      loaded: () => this.load(),
      storedMark: () => {
        const { stored, pruned } = history.totals(profile.id);
        return `${String(stored)} ${String(pruned)}`;
      },
    });
    this.retained = new RetainedDesk({
      tree: this.tree,
      connection: () => this.openConnection(),
      lastMessage: (topic) => this.lastMessage(topic),
    });
  }

  /** Whether it is a past that was recorded elsewhere: there is no connection, and there are no rates. */
  get isArchived(): boolean {
    return false;
  }

  get profile(): Profile {
    return this.currentProfile;
  }

  get state(): ConnectionState {
    return this.connectionState;
  }

  /** The profile was edited: what is connected stays so until it connects again, by itself or because a person asks. */
  edited(profile: Profile): void {
    this.currentProfile = profile;
    this.connection?.useProfile(profile);
    this.applyLimits();
  }

  private applyLimits(): void {
    const { history, maxBytes } = this.options;
    const { id, historyGigabytes, historyDays } = this.currentProfile;
    if (maxBytes !== undefined) history.limit(id, maxBytes);
    else
      history.limit(id, historyGigabytes * 1e9, historyDays === null ? null : historyDays * DAY_MS);
  }

  /** A connection to its broker beside its own; see `OwnConnection`. */
  openOwn(signal: AbortSignal): Promise<OwnConnection> {
    const { memory, secret, authorities = [], surroundings } = this.options;
    const profile = this.currentProfile;
    const knownVersion = (): MqttVersion | null =>
      memory.mqttVersion(profile.id, addressOf(profile));
    return OwnConnection.open({ profile, secret, authorities, surroundings, knownVersion }, signal);
  }

  /** Fills the tree with what the history knows; quick when it was done before. */
  load(): Promise<void> {
    this.loading ??= loadTree(this.tree, this.options.history, this.currentProfile.id).finally(
      () => {
        this.loadingDone = true;
      },
    );
    return this.loading;
  }

  /** Whether stored topics are still being read: what the tree counts meanwhile did not come now. */
  get isLoading(): boolean {
    return this.loading !== null && !this.loadingDone;
  }

  async connect(): Promise<void> {
    this.wanted = true;
    await this.loadBefore();
    if (!this.wanted || this.busy) return;
    const { memory } = this.options;
    const { id } = this.currentProfile;
    const connection = createConnection({
      profile: this.currentProfile,
      session: this.session,
      secret: this.options.secret,
      authorities: this.options.authorities ?? [],
      knownVersion: () => memory.mqttVersion(id, addressOf(this.currentProfile)),
      onVersion: (version) => {
        memory.setMqttVersion(id, { address: addressOf(this.currentProfile), version });
      },
      leftFilters: () => memory.filters(id),
      onSubscribed: (filters) => {
        memory.setFilters(id, filters);
      },
      surroundings: this.options.surroundings,
      watcher: this.packets,
      sink: {
        onMessage: this.receiver(),
        onState: (state) => {
          if (this.connection === connection) this.stateChanged(state);
        },
        onRefused: (detail) => {
          this.refused(detail);
        },
      },
    });
    this.connection = connection;
    connection.connect();
  }

  /** A connection waits for what is stored to be read: a person sees that it is on its way. */
  private async loadBefore(): Promise<void> {
    if (this.isLoading && !this.busy) this.stateChanged({ kind: 'connecting' });
    try {
      await this.load();
    } catch (error) {
      if (!this.busy) this.stateChanged({ kind: 'disconnected' });
      throw error;
    }
  }

  /** Whether a connection exists that is up or on its way. */
  get busy(): boolean {
    const { kind } = this.connectionState;
    return this.connection !== null && kind !== 'disconnected' && kind !== 'failed';
  }

  async disconnect(): Promise<void> {
    this.wanted = false;
    const connection = this.connection;
    if (connection) await connection.disconnect();
    if (this.connection !== connection) return;
    this.connection = null;
    this.ingest.close();
    this.notes.end();
    this.stateChanged({ kind: 'disconnected' });
  }

  async retryNow(): Promise<void> {
    if (this.connection && this.connectionState.kind === 'reconnecting') this.connection.retryNow();
    else await this.connect();
  }

  /** The message that is being published, where it is so large that it takes its time; null without one. */
  get sending(): Sending | null {
    const sizeBytes = this.largePublishes.at(-1)?.payload.length;
    if (sizeBytes === undefined) return null;
    const unsentBytes = this.connection?.unsentBytes ?? 0;
    return { sizeBytes, writtenBytes: Math.max(0, sizeBytes - unsentBytes) };
  }

  async publish(message: OutgoingMessage): Promise<PublishResult> {
    const result = await this.watched(message);
    const properties = message.properties ?? null;
    this.publishLog.add({ timeMs: Date.now(), ...message, properties, result });
    return result;
  }

  /** Sends it; a large one is told by `sending` until it is over, however it ends. */
  private async watched(message: OutgoingMessage): Promise<PublishResult> {
    if (message.payload.length < LARGE_PUBLISH_BYTES) return await this.send(message);
    this.largePublishes = [...this.largePublishes, message];
    try {
      return await this.send(message);
    } finally {
      this.largePublishes = this.largePublishes.filter((one) => one !== message);
    }
  }

  /** The topic's last message, with the whole payload when it is not larger than `maxBytes`. */
  async lastMessage(topic: string, maxBytes = Number.MAX_SAFE_INTEGER): Promise<Message | null> {
    const value = this.tree.topic(topic)?.value;
    if (!value) return null;
    const wanted = Math.min(value.sizeBytes, maxBytes);
    const complete = value.packetId !== PACKET_ID_IN_HISTORY;
    if (complete && value.payload && value.payload.length >= wanted) {
      return { ...headOf(value), payload: value.payload.slice(0, wanted) };
    }
    this.ingest.flush();
    const stored = await this.options.history.message(this.currentProfile.id, value.id, maxBytes);
    // What was deleted or pruned meanwhile is still the topic's last value, as far as the tree has it.
    if (stored !== null || (value.payload?.length ?? 0) < wanted) return stored;
    const head = { ...headOf(value), packetId: null };
    return { ...head, payload: value.payload?.slice(0, wanted) ?? new Uint8Array(0) };
  }

  /** What the tree itself has of a message of which it has the beginning only: there at once, before more of it is read. */
  beginningOf(topic: string): Message | null {
    const value = this.tree.topic(topic)?.value;
    if (!value?.payload || value.payload.length >= value.sizeBytes) return null;
    const packetId = value.packetId === PACKET_ID_IN_HISTORY ? null : value.packetId;
    return { ...headOf(value), packetId, payload: value.payload.slice() };
  }

  /** The history as it is; `upToDate` also has what has arrived. */
  get history(): History {
    return this.options.history;
  }

  /** The history, which has been given everything that has arrived until now. */
  upToDate(): History {
    this.ingest.flush();
    return this.options.history;
  }

  status(nowMs: number): StatusFrame {
    const totals = this.options.history.totals(this.currentProfile.id);
    this.rate.read(this.ingest.arrived, nowMs);
    return {
      state: this.connectionState,
      rate: this.rate.perSecond ?? 0,
      received: totals.received + this.ingest.waiting + this.ingest.waitingRefused,
      stored: totals.stored,
      refused: totals.refused + this.ingest.waitingRefused,
      pruned: totals.pruned,
      topics: this.tree.topics,
      historyBytes: totals.bytes,
      oldestTimeUs: totals.oldestTimeUs,
      historyProblem: this.ingest.problem,
      historyIsBehind: this.ingest.isBehind,
    };
  }

  /** Stops everything and stores what has arrived. */
  async close(): Promise<void> {
    this.past.close();
    this.traffic.close();
    await this.disconnect();
    await this.options.history.settled();
  }

  /** Null while not connected. */
  openConnection(): Connection | null {
    return this.connectionState.kind === 'connected' ? this.connection : null;
  }

  /** A message goes out over this connection: when the broker sends it back, the history says that it was published here. */
  willComeBack(topic: string, payload: Uint8Array): void {
    this.published.expect(topic, payload);
  }

  private receiver(): Receive {
    const { onMessage } = this.options;
    const receive: Receive = (packet, done) => {
      if (packet.retain) this.retained.notice(packet);
      this.listener?.(packet);
      this.ingest.receive(packet, done);
    };
    if (onMessage === undefined) return receive;
    return (packet, done) => {
      onMessage(packet, done, receive);
    };
  }

  private send(message: OutgoingMessage): Promise<PublishResult> {
    if (!this.connection || this.connectionState.kind !== 'connected') {
      return Promise.resolve({
        kind: 'refused',
        elapsedMs: 0,
        reason: 'Not connected. Connect first, then publish.',
      });
    }
    this.willComeBack(message.topic, message.payload);
    return this.connection.publish(message);
  }

  private stateChanged(state: ConnectionState): void {
    const was = this.connectionState.kind;
    this.connectionState = state;
    if (was === 'connected' && state.kind === 'reconnecting') {
      this.ingest.flush();
      // A network that loses everything is noticed late.
      this.notes.lost(state.failure.silentMs ?? 0);
    }
    if (state.kind === 'connected') this.notes.connected();
    if (state.kind === 'failed') {
      this.ingest.flush();
      this.notes.end();
    }
    this.options.onState();
  }

  private refused(detail: string): void {
    this.ingest.refuse();
    this.notes.refused(detail);
  }
}
