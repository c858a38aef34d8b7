import type { Selection } from '../../../app/selection';
import type { Archive, MessageQuery, StoredMessage } from '../history/archive';
import { openArchive } from '../history/sqlite-archive';

/** Where the messages of a replay are read. A kind for each format; all are opened in the source's thread. */
export interface SourcePlace {
  readonly kind: 'history';
  readonly file: string;
  /** Its profile is the one in the file; null for all of them. */
  readonly selection: Omit<Selection, 'profileId'> & { readonly profileId: string | null };
}

/** Messages that are read in the order of arrival, again and again the same ones. */
export interface MessageSource {
  /** Those of a span of time, both bounds included; null is open. Reads only as fast as it is asked. */
  messages(fromUs: number | null, toUs: number | null): Iterable<StoredMessage>;
  close(): void;
}

/** @throws LoupeError `not-found`, `history-newer`, `history-unavailable` */
export function openSource(place: SourcePlace): MessageSource {
  return new HistorySource(openArchive(place.file), place.selection);
}

/**
 * A selection of a history. What is stored after it was opened does not belong to it: a replay never reads what it sent
 * itself.
 */
class HistorySource implements MessageSource {
  readonly #archive: Archive;
  readonly #selection: SourcePlace['selection'];
  readonly #lastId: number;

  constructor(archive: Archive, selection: SourcePlace['selection']) {
    this.#archive = archive;
    this.#selection = selection;
    const newest = archive.messages({ ...this.#query(null, null), limit: 1, newestFirst: true });
    this.#lastId = [...newest][0]?.id ?? 0;
  }

  *messages(fromUs: number | null, toUs: number | null): Generator<StoredMessage> {
    const { sessionKey, profileId } = this.#selection;
    for (const message of this.#archive.messages(this.#query(fromUs, toUs))) {
      if (message.id > this.#lastId) return;
      if (sessionKey === null || message.session === sessionKey) yield message;
      // In the order of ids sessions of one profile come one after the other.
      else if (profileId !== null && message.session > sessionKey) return;
    }
  }

  close(): void {
    this.#archive.close();
  }

  #query(fromUs: number | null, toUs: number | null): MessageQuery {
    const { filters, profileId, matching, ...range } = this.#selection;
    return {
      filters,
      profileId,
      matching,
      fromUs: later(range.fromUs, fromUs),
      toUs: earlier(range.toUs, toUs),
      text: null,
      accepts: null,
      limit: Infinity,
      newestFirst: false,
    };
  }
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
