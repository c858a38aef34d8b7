/** What a search looks for, as it was typed: words, and comparisons of JSON values. All of it must be true of a message. */
export interface MessageQuery {
  readonly terms: readonly Term[];
  readonly comparisons: readonly Comparison[];
}

/** Text that must be there, or bytes. */
export type Term =
  | { readonly kind: 'text'; readonly where: TermPlace; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export type TermPlace = 'anywhere' | 'topic' | 'payload';

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~';

/** A value inside a JSON payload against another one; never true where the payload has no such place. */
export interface Comparison {
  /** Keys and indices; empty for the whole payload. */
  readonly path: ReadonlyArray<string | number>;
  readonly operator: ComparisonOperator;
  readonly value: string | number | boolean | null;
}

/** Why a query is not understood: what, why and what to try, and where in the text. */
export interface QueryProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

export type QueryResult =
  | { readonly ok: true; readonly query: MessageQuery }
  | { readonly ok: false; readonly problem: QueryProblem };

export const MAX_QUERY_CHARS = 2_000;
/** More make no search clearer, and each of them is looked for in every message. */
export const MAX_QUERY_PARTS = 20;

export function isEmptyQuery({ terms, comparisons }: MessageQuery): boolean {
  return terms.length === 0 && comparisons.length === 0;
}
