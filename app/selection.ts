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
}

/** All that is stored of a profile. */
export function everything(profileId: string): Selection {
  return { profileId, filters: [], fromUs: null, toUs: null, sessionKey: null };
}
