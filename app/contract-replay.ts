/** The replay's part of the contract: what is prepared, tried without sending, and sent. There is one replay at a time. */
import type { QoS } from './message';
import type { ReplayRules, SkipReason } from './replay/rules';
import type { ReplaySpeed } from './replay/schedule';
import type { EarlierReplay } from './replay/source-settings';
import type { Selection } from './selection';

/** How a replay is to go. */
export interface ReplaySettings {
  /** The profile whose broker gets the messages; null while none is chosen. */
  readonly targetId: string | null;
  readonly speed: ReplaySpeed;
  /** Pauses longer than this are shortened to it; null keeps them. */
  readonly maxPauseMs: number | null;
  /** How often the whole is sent; null is endlessly. */
  readonly loops: number | null;
  /** Only this part of the selection, source time in µs; both bounds belong to it; null is open. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly rules: ReplayRules;
}

export interface ReplayCalls {
  /**
   * Makes a part of a profile's past ready to be replayed; the engine looks through it at once (a dry run). Rules,
   * rounds and marks begin anew unless it is the same part as before.
   * @throws `replay-running` while another one runs
   */
  prepareReplay(arg: { readonly selection: Selection; readonly title: string }): void;
  /** Lets go of what is prepared. Throws `replay-running`. */
  closeReplay(): void;
  /** While a replay runs only its speed changes. Throws `invalid-argument` for rules that cannot be used. */
  setReplay(arg: { readonly settings: ReplaySettings }): void;
  /** Looks through the source again under the settings of now. */
  dryRunReplay(): void;
  cancelDryRun(): void;
  /** What the last dry run would send, topic by topic, the ones with the most messages first. */
  dryRunTopics(arg: { readonly limit: number }): readonly DryRunTopic[];
  /** What rules make of the first messages of some topics; nothing is sent. */
  previewReplay(arg: {
    readonly rules: ReplayRules;
    readonly limit: number;
  }): readonly PreviewedMessage[];

  /**
   * Begins. A broker that is marked as production needs its profile's name as `confirmation`.
   * @throws `not-connected`, `confirmation-needed`, `replay-running`, `invalid-argument`
   */
  startReplay(arg: { readonly confirmation: string | null }): void;
  pauseReplay(): void;
  resumeReplay(): void;
  /** Sends the next message and pauses. */
  stepReplay(): void;
  /** Goes on from the first message at or after this source time. */
  seekReplay(arg: { readonly timeUs: number }): void;
  stopReplay(): void;
}

export interface ReplayViews {
  replay: { readonly params: Record<never, never>; readonly frame: ReplayFrame };
}

export interface ReplayFrame {
  /** Null when nothing is prepared. */
  readonly prepared: { readonly title: string; readonly selection: Selection } | null;
  readonly settings: ReplaySettings;
  /** What was set for another source before, which a new one does not begin with; null when nothing was. */
  readonly earlier: EarlierReplay | null;
  readonly dryRun: DryRunState;
  /** Null before the first start. */
  readonly run: ReplayProgress | null;
}

export type DryRunState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly scanned: number }
  | {
      readonly kind: 'done';
      /** Grows with every dry run. */
      readonly number: number;
      readonly result: DryRun;
      /** The settings are others by now. */
      readonly stale: boolean;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** What would be sent, counted. Times are source times in µs. */
export interface DryRun {
  /** Messages of the selection, sent or not, and the times of the first and the last one. */
  readonly scanned: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  /** Messages of the selection in even steps of time. */
  readonly density: {
    readonly fromUs: number;
    readonly stepUs: number;
    readonly counts: readonly number[];
  };
  /** What would be sent in one loop. */
  readonly messages: number;
  readonly bytes: number;
  /** How long that takes at real time, pauses shortened as asked. */
  readonly durationUs: number;
  readonly skipped: Readonly<Record<SkipReason | 'range', number>>;
  /** What cannot be sent, because the topic that the rules make is none; the first ones are listed. */
  readonly invalid: number;
  readonly invalidTopics: ReadonlyArray<{
    readonly topic: string;
    readonly sentAs: string;
    readonly problem: string;
  }>;
  /** Messages in which a value could not be set, or a timestamp not be moved; they go as they are. */
  readonly unapplied: number;
  /** Messages with MQTT 5 properties, which only a connection with MQTT 5 carries. */
  readonly withProperties: number;
  readonly byQos: readonly [number, number, number];
  /** Topics that would be sent; beyond 100,000 they are counted, not listed. */
  readonly topics: number;
}

export interface DryRunTopic {
  readonly topic: string;
  readonly sentAs: string;
  readonly messages: number;
  readonly bytes: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** A message before and after the rules; payloads are cut to their first 2 KiB. */
export interface PreviewedMessage {
  readonly timeUs: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly sizeBytes: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly after:
    | {
        readonly kind: 'send';
        readonly topic: string;
        readonly payload: Uint8Array;
        readonly sizeBytes: number;
        readonly qos: QoS;
        readonly retain: boolean;
        readonly unapplied: boolean;
      }
    | { readonly kind: 'skip'; readonly reason: SkipReason }
    | { readonly kind: 'invalid'; readonly topic: string; readonly problem: string };
}

export type ReplayPhase =
  | 'playing'
  | 'paused'
  /** The connection is lost; it goes on by itself when it is back. */
  | 'interrupted'
  | 'done'
  | 'stopped'
  /** The source could not be read any further. */
  | 'failed';

export interface ReplayProgress {
  readonly phase: ReplayPhase;
  /** Why it is interrupted or failed, in words. */
  readonly problem: string | null;
  readonly targetId: string;
  readonly targetName: string;
  /** Handed to the connection, with what is sent again after a loss counted once. */
  readonly sent: number;
  /** Of these, the ones of QoS 1 and 2, and how many of them the broker acknowledged. */
  readonly toAcknowledge: number;
  readonly acknowledged: number;
  /** Of the acknowledged, those that were sent again because the connection was lost. */
  readonly sentAgain: number;
  readonly failed: number;
  /** The first 100. */
  readonly failures: ReadonlyArray<{ readonly topic: string; readonly reason: string }>;
  /** Messages in all loops; null while not known, or endless. */
  readonly total: number | null;
  readonly bytes: number;
  /** Complete rounds. */
  readonly loopsDone: number;
  /** Source time of the message sent last. */
  readonly positionUs: number | null;
  /** Messages per second, over about a second. */
  readonly rate: number;
  /** How late the last messages were: 99 of 100 were not later than this. */
  readonly lateMs: number;
  readonly elapsedMs: number;
}
