/**
 * The contract between the processes, written once. The server side implements these interfaces, the clients are
 * derived from them (`rpc/`). Every call takes one object or nothing; every view has parameters and frames.
 */
import type { ConnectionState } from './connection';
import type { ActiveRecording, ManageCalls, PastFrame, RecordingsFrame } from './contract-manage';
import type { Moment, StepScope, TimeCalls, TimeViews } from './contract-time';
import type { PacketCalls, PacketViews } from './contract-packets';
import type { FilesCalls, FilesShellCalls, FilesViews } from './contract-files';
import type { BrokerLink, MoveInCalls, MoveInShellCalls } from './contract-move-in';
import type { PopOut, PopOutShellCalls } from './contract-pop-out';
import type { ReplayCalls, ReplayViews } from './contract-replay';
import type { BrokerViews } from './contract-broker';
import type { PayloadCalls } from './contract-payload';
import type { RetainedCalls, RetainedViews } from './contract-retained';
import type { SecretsShellCalls, TlsCalls } from './contract-tls';
import type { DoctorViews } from './contract-doctor';
import type { ChartCalls, ChartViews } from './contract-charts';
import type { DecodingCalls, DecodingViews } from './contract-decoding';
import type { SearchCalls, SearchViews } from './contract-search';
import type { DeskCalls, DeskShellCalls, DeskViews, PublishDraft } from './contract-desk';
import type { DecoderStep } from './decoding/decoded';
import type { Message, MessageHead, MessageProperties, QoS } from './message';
import type { Profile, ProfileFields } from './profile';
import type { SecretName } from './secret';

/** A node of the topic tree is named by the topic name that leads to it: `plant/line1`. */
export type TopicPath = string;

export type TreeSort = 'name' | 'count' | 'latest';

/** A step of the selection through the visible rows. */
export type TreeStep =
  | 'previous'
  | 'next'
  | 'pageUp'
  | 'pageDown'
  | 'first'
  | 'last'
  /** Expand, or go to the first child. */
  | 'in'
  /** Collapse, or go to the parent. */
  | 'out';

export interface TreePosition {
  readonly path: TopicPath;
  /** Row number among the visible rows. */
  readonly index: number;
}

/** Request → reply, answered by the engine. */
export interface EngineCalls
  extends
    TimeCalls,
    ManageCalls,
    SearchCalls,
    FilesCalls,
    ReplayCalls,
    TlsCalls,
    PacketCalls,
    DecodingCalls,
    MoveInCalls,
    DeskCalls,
    ChartCalls,
    RetainedCalls,
    PayloadCalls {
  saveProfile(arg: { readonly profile: Profile }): Profile;
  duplicateProfile(arg: { readonly profileId: string }): Profile;
  /** Disconnects and hides the profile; its history goes when the time for undo is over. */
  deleteProfile(arg: { readonly profileId: string }): { readonly undoMs: number };
  restoreProfile(arg: { readonly profileId: string }): void;

  connect(arg: { readonly profileId: string }): void;
  disconnect(arg: { readonly profileId: string }): void;
  /** Ends the countdown of a reconnecting or failed connection and tries at once. */
  retryNow(arg: { readonly profileId: string }): void;
  /** Starts the built-in broker with its simulated plant (once) and connects to it. */
  openDemo(): { readonly profileId: string };

  /**
   * Opens a history that was recorded elsewhere, or is being recorded, read-only: each of its profiles comes into the
   * list with an `archive`. Opening it again changes nothing.
   */
  openHistoryFile(arg: { readonly path: string }): { readonly profileIds: readonly string[] };
  /** Lets go of the file; it stays among the recent ones. */
  closeHistoryFile(arg: { readonly path: string }): void;
  /** Takes a file off the recent ones. */
  forgetHistoryFile(arg: { readonly path: string }): void;

  setExpanded(arg: {
    readonly profileId: string;
    readonly path: TopicPath;
    readonly expanded: boolean;
    /** Also everything below. */
    readonly deep: boolean;
    /** The tree at a moment; absent or null: the live one. Both stand as a person left each. */
    readonly atUs?: Moment | undefined;
  }): void;
  setAllExpanded(arg: {
    readonly profileId: string;
    readonly expanded: boolean;
    readonly atUs?: Moment | undefined;
  }): void;
  /** Where a step leads from a row; null when it leads nowhere. */
  treeStep(arg: {
    readonly profileId: string;
    readonly from: TopicPath | null;
    readonly step: TreeStep;
    /** Rows of a page, for `pageUp` and `pageDown`. */
    readonly pageRows: number;
    readonly atUs?: Moment | undefined;
  }): TreePosition | null;
  /** The next visible row whose level begins with the text (any case), starting after (or at) the row. */
  treeTypeAhead(arg: {
    readonly profileId: string;
    readonly from: TopicPath | null;
    readonly text: string;
    /** Whether the row itself may be the answer, as while more letters are typed. */
    readonly includeFrom: boolean;
    readonly atUs?: Moment | undefined;
  }): TreePosition | null;
  /** Expands what hides a topic and says where it stands; null when the tree (under its filter) has no such node. */
  revealTopic(arg: {
    readonly profileId: string;
    readonly path: TopicPath;
    readonly atUs?: Moment | undefined;
  }): TreePosition | null;

  /** Stored messages of one topic, newest first; `payload` holds at most `previewBytes`. */
  historyPage(arg: {
    readonly profileId: string;
    readonly topic: TopicPath;
    /** Only messages before this one; null begins at the newest. */
    readonly beforeId: number | null;
    /** Only messages at or before this moment; absent or null for all. */
    readonly atUs?: Moment | undefined;
    readonly limit: number;
    readonly previewBytes: number;
  }): { readonly messages: readonly Message[]; readonly more: boolean };
  /** One stored message with its payload up to `maxBytes`. */
  message(arg: {
    readonly profileId: string;
    readonly id: number;
    readonly maxBytes: number;
  }): Message;

  publish(arg: {
    readonly profileId: string;
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly qos: QoS;
    readonly retain: boolean;
  }): PublishResult;
  /** The whole payload of a recent publish; `not-found` when it was too large to be kept until now. */
  recentPayload(arg: { readonly profileId: string; readonly id: number }): Uint8Array;
  forgetPublishes(arg: { readonly profileId: string }): void;
  /** Publishes an empty retained message; the stored one can be put back with `restoreRetained`. */
  clearRetained(arg: { readonly profileId: string; readonly topic: TopicPath }): {
    readonly undoId: number;
  };
  restoreRetained(arg: { readonly profileId: string; readonly undoId: number }): PublishResult;
}

/** How a publish ended. A refusal is a result, not an error: it has words for the person. */
export type PublishResult =
  | { readonly kind: 'sent'; readonly elapsedMs: number }
  | { readonly kind: 'acknowledged'; readonly elapsedMs: number; readonly note: string | null }
  | { readonly kind: 'refused'; readonly elapsedMs: number; readonly reason: string };

/** The profile list with the state of each connection: the tabs, the start page. */
export interface ProfileSummary {
  readonly profile: Profile;
  readonly state: ConnectionState;
  /** The built-in broker's profile is made by the engine and not edited. */
  readonly builtIn: boolean;
  readonly storedMessages: number;
  /** The recorded history that the profile stands in; null for a connection of one's own. */
  readonly archive: ArchiveSummary | null;
  /** The recording that is being made of it; null for none. */
  readonly recording: ActiveRecording | null;
}

/** A recorded history that was opened read-only. */
export interface ArchiveSummary {
  readonly path: string;
  readonly fileBytes: number;
  /** Who is recording into it now, in words; null when nobody does or it cannot be told. */
  readonly writer: string | null;
  readonly oldestTimeUs: number | null;
  readonly newestTimeUs: number | null;
  /** Why it can no longer be followed, in words; null when all is well. */
  readonly problem: string | null;
}

export interface ProfilesFrame {
  readonly profiles: readonly ProfileSummary[];
  /** Paths of the recorded histories that were opened last, the newest first; also those that are open now. */
  readonly recentHistories: readonly string[];
}

export interface StatusFrame {
  readonly state: ConnectionState;
  /** Messages per second, in and out. */
  readonly rate: number;
  /** Counted over the profile's whole life, as its history is: at rest, stored = rows in the database + pruned. */
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly pruned: number;
  readonly topics: number;
  readonly historyBytes: number;
  readonly oldestTimeUs: number | null;
  /** Why messages are not being stored, or stored late, in words; null when all is well. */
  readonly historyProblem: string | null;
  /** They are stored late, and nothing is lost: the broker has to wait until the history has caught up. */
  readonly historyIsBehind: boolean;
}

export type ValueKind = 'json' | 'number' | 'boolean' | 'text' | 'binary' | 'empty';

export interface TreeRow {
  readonly id: number;
  readonly path: TopicPath;
  /** The topic level; may be empty, as in `a//b`. */
  readonly name: string;
  /** 0 for the first level. */
  readonly depth: number;
  /** Position among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  /** Messages of the topic and everything below. */
  readonly count: number;
  /** Topics (nodes that had a message) at and below the node. */
  readonly topics: number;
  /** Messages per second at and below the node; null until measured. */
  readonly rate: number | null;
  readonly expandable: boolean;
  readonly expanded: boolean;
  /** The last value on one line, shortened; null for a node without messages of its own. */
  readonly preview: string | null;
  readonly kind: ValueKind | null;
  /** The message that the value came with; null without one. */
  readonly valueId: number | null;
  /** Wall clock of the last message at the node, ms; null without one. */
  readonly lastTimeMs: number | null;
  readonly retained: boolean;
  /** Recent numbers of a numeric topic, oldest first, for a sparkline; empty otherwise. */
  readonly trend: readonly number[];
}

export interface TreeParams {
  readonly profileId: string;
  /** First visible row wanted and how many. */
  readonly first: number;
  readonly count: number;
  readonly sort: TreeSort;
  /** Text or topic filter; empty for all. */
  readonly filter: string;
  readonly selected: TopicPath | null;
  /** While true the order stays as it is, also when sorted by count or latest. */
  readonly holdOrder: boolean;
  /** The moment that is shown; absent or null: live. Rates are of the present only. */
  readonly atUs?: Moment | undefined;
}

export interface TreeFrame {
  /** Visible rows in all. */
  readonly total: number;
  readonly first: number;
  readonly rows: readonly TreeRow[];
  /** Row number of the selected node; null when it is not visible. */
  readonly selectedIndex: number | null;
  /** Topics in the tree, and how many of them the filter lets through. */
  readonly topics: number;
  readonly matching: number;
  /** Topics that are stored are still being read: there may be more. */
  readonly loading: boolean;
}

export interface TopicParams {
  readonly profileId: string;
  readonly topic: TopicPath;
  /** The payload is sent whole up to this size, and its beginning above. */
  readonly maxBytes: number;
  /** The moment that is shown; absent or null: live. */
  readonly atUs?: Moment | undefined;
}

export interface TopicFrame {
  /** False when the profile has never seen the topic, or not until the moment. */
  readonly known: boolean;
  /** Messages of the topic itself. */
  readonly count: number;
  readonly rate: number | null;
  readonly last: Message | null;
  /** Whether the broker is thought to keep a retained message for it. */
  readonly retained: boolean;
  /** What stands below the node, its heaviest children first (at most 50). */
  readonly below: {
    readonly topics: number;
    readonly messages: number;
    readonly children: ReadonlyArray<{
      readonly name: string;
      readonly path: TopicPath;
      readonly count: number;
      readonly topics: number;
    }>;
  };
}

export interface RecentPublish {
  readonly id: number;
  readonly timeMs: number;
  readonly topic: string;
  /** The payload, or its beginning: `payload.length < sizeBytes` says that there is more. */
  readonly payload: Uint8Array;
  readonly sizeBytes: number;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Of MQTT 5; null for none. */
  readonly properties: MessageProperties | null;
  readonly result: PublishResult;
}

interface View<Params, Frame> {
  readonly params: Params;
  readonly frame: Frame;
}

/** Open → frames, the next one only when the previous was acknowledged. */
export interface EngineViews
  extends
    TimeViews,
    SearchViews,
    FilesViews,
    ReplayViews,
    PacketViews,
    DoctorViews,
    DecodingViews,
    BrokerViews,
    RetainedViews,
    DeskViews,
    ChartViews {
  profiles: View<Record<never, never>, ProfilesFrame>;
  status: View<{ readonly profileId: string }, StatusFrame>;
  tree: View<TreeParams, TreeFrame>;
  topic: View<TopicParams, TopicFrame>;
  /** A profile's sessions, and what is being deleted of it. */
  past: View<{ readonly profileId: string }, PastFrame>;
  recordings: View<Record<never, never>, RecordingsFrame>;
  publishes: View<{ readonly profileId: string }, { readonly publishes: readonly RecentPublish[] }>;
}

export type ThemeChoice = 'system' | 'light' | 'dark';
export type DiffLayout = 'unified' | 'split';

/** What the window remembers. Sizes in CSS pixels. */
export interface UiState {
  readonly theme: ThemeChoice;
  readonly treeWidth: number;
  readonly publishWidth: number;
  readonly publishOpen: boolean;
  /** How much of a page what is open of its list takes, 0 to 1: beside the list and, in a narrow window, below it. */
  readonly detailShares: { readonly beside: number; readonly below: number };
  readonly activeProfile: string | null;
  readonly treeSort: TreeSort;
  readonly detailTab: string;
  /** Profile id → selected topic. */
  readonly selected: ReadonlyArray<readonly [profileId: string, path: TopicPath]>;
  /** Chosen viewer per topic, newest last: profile id, topic, viewer. */
  readonly viewers: ReadonlyArray<readonly [profileId: string, topic: TopicPath, viewer: string]>;
  /** How a topic's payloads are decoded where a person chose it, newest last: profile id, topic, chain. */
  readonly decoders: ReadonlyArray<
    readonly [profileId: string, topic: TopicPath, steps: readonly DecoderStep[]]
  >;
  readonly diffLayout: DiffLayout;
  /** Span of time that charts show. */
  readonly chartSpanMs: number;
  /** Number chosen for the chart of a topic, newest last: profile id, topic, path as in `ChartWhat`. */
  readonly chartPaths: ReadonlyArray<
    readonly [profileId: string, topic: TopicPath, path: ReadonlyArray<string | number>]
  >;
  /** Whether the timeline is shown. */
  readonly timelineOpen: boolean;
  /** What a step through the past goes along. */
  readonly stepScope: StepScope['kind'];
  /** How fast the past is played: seconds of it in one of the clock. */
  readonly playSpeed: number;
  /** Queries of the list of messages per profile, the newest first. */
  readonly recentQueries: ReadonlyArray<readonly [profileId: string, queries: readonly string[]]>;
  /** Folders of connections that are folded. */
  readonly foldedFolders: readonly string[];
  /** Whether connections of other programs are no longer offered. */
  readonly moveInDismissed: boolean;
  /** Draft of the publish form per profile. */
  readonly drafts: ReadonlyArray<readonly [profileId: string, draft: PublishDraft]>;
}

export type SecretStorage =
  /** Encrypted by the system's keyring. */
  | 'keyring'
  /** No keyring: kept in memory until the program ends. */
  | 'session-only'
  /** No keyring: encrypted in a file with the person's passphrase. */
  | 'vault'
  /** No keyring, and not chosen yet: kept in memory until the program ends. */
  | 'undecided';

/** What only the main process can do. */
export interface ShellCalls
  extends FilesShellCalls, SecretsShellCalls, MoveInShellCalls, PopOutShellCalls, DeskShellCalls {
  startup(): {
    readonly version: string;
    readonly platform: string;
    readonly runtime: string;
    readonly activeProfile: string | null;
    readonly ui: UiState;
    readonly secretStorage: SecretStorage;
    /** Whether the vault waits for its passphrase. */
    readonly vaultLocked: boolean;
    /** What went wrong while starting and the person should know; empty when all is well. */
    readonly warnings: readonly string[];
    /** What the asking window shows alone; null for the main window. */
    readonly popOut: PopOut | null;
  };
  saveUi(arg: { readonly ui: UiState }): void;
  /** Stores, or with null removes, a secret of a profile. It can't be read back here. */
  setSecret(arg: {
    readonly profileId: string;
    readonly name: SecretName;
    readonly value: string | null;
  }): void;
  hasSecret(arg: { readonly profileId: string; readonly name: SecretName }): boolean;
  copySecrets(arg: { readonly fromProfileId: string; readonly toProfileId: string }): void;
  copyText(arg: { readonly text: string }): void;
  /** Asks the person, then opens an http(s) link in the system's browser. */
  openLink(arg: { readonly url: string }): void;
  /** Asks where, then writes the bytes; false when the person cancelled. */
  saveFile(arg: { readonly suggestedName: string; readonly bytes: Uint8Array }): boolean;
  /** Asks which recorded history to open; its path, or null when the person cancelled. */
  chooseHistoryFile(): string | null;
  /** Shows a file in the system's file manager. */
  showInFolder(arg: { readonly path: string }): void;
}

/** What main tells the window unasked. */
export type ShellEvent =
  | { readonly kind: 'engine-lost' }
  | { readonly kind: 'engine-restarted' }
  /** Another start of the program asked for a connection. */
  | { readonly kind: 'show-profile'; readonly profileId: string }
  /** The menu's "Open a recorded history…". */
  | { readonly kind: 'open-history' }
  /** The menu's "Import messages…". */
  | { readonly kind: 'import' }
  /** The menu's "Import connections…". */
  | { readonly kind: 'import-connections' }
  /** A link to a broker waits for an answer. */
  | { readonly kind: 'link'; readonly link: BrokerLink }
  | { readonly kind: 'engine-failed'; readonly message: string }
  /** Something that went wrong and the person should know, in words. */
  | { readonly kind: 'warning'; readonly message: string }
  /** Something waits for a secret in the locked vault. */
  | { readonly kind: 'vault-wanted' }
  | {
      readonly kind: 'secret-storage';
      readonly storage: SecretStorage;
      readonly vaultLocked: boolean;
    }
  | { readonly kind: 'theme'; readonly dark: boolean };

export type { Message, MessageHead, Profile, ProfileFields, PublishDraft };
