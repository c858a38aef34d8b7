/** Why something is missing in a session's past. */
export type GapKind = 'disconnected' | 'refused' | 'pruned' | 'deleted' | 'lost';
