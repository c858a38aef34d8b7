/** Where a text was found. */
export interface FoundPlace {
  readonly start: number;
  readonly end: number;
}

/** Matches some words in any case, as text and not as a pattern. */
export function patternOf(wanted: string, flags: 'iu' | 'giu'): RegExp {
  return new RegExp(wanted.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`), flags);
}

/**
 * The next place of some words, in any case, from the one found before; at the end it goes on from the beginning. Null
 * when they are nowhere.
 */
export function findFrom(
  text: string,
  wanted: string,
  from: FoundPlace | null,
  backwards: boolean,
): FoundPlace | null {
  const pattern = patternOf(wanted, 'giu');
  return backwards ? before(text, pattern, from) : after(text, pattern, from);
}

function after(text: string, pattern: RegExp, from: FoundPlace | null): FoundPlace | null {
  pattern.lastIndex = from?.end ?? 0;
  const match = pattern.exec(text) ?? (from ? pattern.exec(text) : null);
  return match && placeOf(match);
}

/** Looks through pieces from the end, so that a near place is found without reading the whole text. */
const PIECE_CHARS = 65_536;

function before(text: string, pattern: RegExp, from: FoundPlace | null): FoundPlace | null {
  const end = from?.start ?? text.length;
  return lastIn(text, pattern, 0, end) ?? lastIn(text, pattern, end, text.length);
}

/** The last place that begins between two others. */
function lastIn(text: string, pattern: RegExp, first: number, end: number): FoundPlace | null {
  for (let pieceEnd = end; pieceEnd > first; pieceEnd -= PIECE_CHARS) {
    const start = Math.max(first, pieceEnd - PIECE_CHARS);
    let last: FoundPlace | null = null;
    pattern.lastIndex = start;
    for (
      let match = pattern.exec(text);
      match && match.index < pieceEnd;
      match = pattern.exec(text)
    )
      last = placeOf(match);
    if (last) return last;
  }
  return null;
}

function placeOf(match: RegExpExecArray): FoundPlace {
  return { start: match.index, end: match.index + match[0].length };
}
