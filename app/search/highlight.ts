import { occurrences } from './fold';
import { parseQuery } from './parse-query';
import type { TermPlace } from './query';

/** A piece of a text, and whether it is what was searched for. */
export interface TextPiece {
  readonly text: string;
  readonly isMatch: boolean;
}

/** What of a query can be marked in a text. */
export interface Marks {
  readonly topic: readonly string[];
  readonly payload: readonly string[];
  readonly matchCase: boolean;
}

export function marksOf(text: string, matchCase: boolean): Marks {
  const parsed = parseQuery(text);
  if (!parsed.ok) return { topic: [], payload: [], matchCase };
  const { terms, comparisons } = parsed.query;
  const inPlace = (place: TermPlace): string[] =>
    terms.flatMap((term) =>
      term.kind === 'text' && (term.where === 'anywhere' || term.where === place)
        ? [term.text]
        : [],
    );
  const keys = comparisons.flatMap(({ path }) => {
    const key = path.at(-1);
    return typeof key === 'string' ? [JSON.stringify(key)] : [];
  });
  return { topic: inPlace('topic'), payload: [...inPlace('payload'), ...keys], matchCase };
}

/** Cuts a text where what is marked begins and ends. */
export function piecesOf(
  text: string,
  wanted: readonly string[],
  matchCase: boolean,
): readonly TextPiece[] {
  const found = wanted
    .flatMap((one) => [...occurrences(text, one, matchCase)])
    .sort(([one], [other]) => one - other);
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const [begin, end] of found) {
    if (end <= at) continue;
    const from = Math.max(begin, at);
    if (from > at) pieces.push({ text: text.slice(at, from), isMatch: false });
    pieces.push({ text: text.slice(from, end), isMatch: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMatch: false });
  return pieces;
}
