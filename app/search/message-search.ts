import { everything, type Matching, type Selection } from '../selection';

/** Which messages of a profile's past are listed, and in which order. */
export interface MessageSearch extends Matching {
  readonly selection: Omit<Selection, 'matching'>;
  readonly newestFirst: boolean;
}

/** All of a profile's messages, the newest first. */
export function allMessages(profileId: string): MessageSearch {
  return {
    selection: everything(profileId),
    text: '',
    matchCase: false,
    qos: [],
    retain: null,
    dup: null,
    direction: null,
    newestFirst: true,
  };
}

/** Whether messages must be looked at to know which ones are meant; topics alone are known from the index. */
export function isSearch(search: MessageSearch): boolean {
  const { selection, text, qos, retain, dup, direction } = search;
  const hasRange =
    selection.fromUs !== null || selection.toUs !== null || selection.sessionKey !== null;
  const hasFlags = qos.length > 0 || retain !== null || dup !== null || direction !== null;
  return hasRange || hasFlags || text.trim() !== '';
}

/** What a search finds, as a part of the past: to be exported, recorded or replayed. */
export function selectionOf(search: MessageSearch): Selection {
  const { selection, text, matchCase, qos, retain, dup, direction } = search;
  const isAny = qos.length === 0 && retain === null && dup === null && direction === null;
  if (isAny && text.trim() === '') return selection;
  return { ...selection, matching: { text, matchCase, qos, retain, dup, direction } };
}

/** At most so many matches are kept; what is beyond is said. */
export const MOST_MATCHES = 1_000_000;
/** JSON is compared in payloads up to this size; how many larger ones there were is said. */
export const MOST_JSON_BYTES = 16 * 1024 * 1024;
