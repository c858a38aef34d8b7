import type { Direction, QoS } from './message';

/** What a message must be, as a search asks for it. */
export interface Matching {
  /** As it was typed; `parseQuery` reads it. Empty: no text is asked for. */
  readonly text: string;
  readonly matchCase: boolean;
  /** Empty: any. */
  readonly qos: readonly QoS[];
  /** Null: either. */
  readonly retain: boolean | null;
  readonly dup: boolean | null;
  readonly direction: Direction | null;
}

/** A part of a profile's past: what is searched, exported, recorded, replayed or deleted. */
export interface Selection {
  readonly profileId: string;
  /** Topic filters (MQTT 5.0 §4.7); a topic that matches one of them is meant. Empty: all topics. */
  readonly filters: readonly string[];
  /** Wall clock µs since 1970; both bounds belong to the range; null is open. */
  readonly fromUs: number | null;
  readonly toUs: number | null;
  /** Only this session's (one run of a connection) messages; null for all. */
  readonly sessionKey: number | null;
  /** Only what a search finds; not there: all. Nothing is deleted by it. */
  readonly matching?: Matching | undefined;
}

/** All that is stored of a profile. */
export function everything(profileId: string): Selection {
  return { profileId, filters: [], fromUs: null, toUs: null, sessionKey: null };
}
