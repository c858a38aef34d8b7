/** Variables in a text: `{{now}}`, `{{random 18 24}}`. `\{{` stands for the two braces themselves. */

export type NowFormat = 'iso' | 'seconds' | 'milliseconds' | 'date' | 'time';

export type Variable =
  | { readonly kind: 'now'; readonly format: NowFormat }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'counter'; readonly start: number; readonly step: number }
  | {
      readonly kind: 'random';
      readonly from: number;
      readonly to: number;
      readonly decimals: number;
    }
  | { readonly kind: 'ask'; readonly name: string; readonly initial: string }
  /** The last value of a topic, or what stands at a path in it. */
  | { readonly kind: 'value'; readonly topic: string; readonly path: string }
  | { readonly kind: 'csv'; readonly column: string };

/** A piece of a text and where it stands. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly start: number; readonly end: number }
  | {
      readonly kind: 'variable';
      readonly variable: Variable;
      readonly start: number;
      readonly end: number;
    }
  /** What is wrong with a variable, in words. */
  | {
      readonly kind: 'problem';
      readonly message: string;
      readonly start: number;
      readonly end: number;
    };

interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
}

class Wrong extends Error {}

const OPEN = '{{';
const CLOSE = '}}';
const MOST_DECIMALS = 12;
const NOW_FORMATS: readonly string[] = ['iso', 'seconds', 'milliseconds', 'date', 'time'];

/** Takes a text apart; every character of it belongs to one piece. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  const plain = (start: number, end: number, shown = text.slice(start, end)): void => {
    if (end > start) pieces.push({ kind: 'text', text: shown, start, end });
  };
  let from = 0;
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, from)) {
    if (text[open - 1] === '\\' && open > from) {
      plain(from, open - 1);
      plain(open - 1, open + 2, OPEN);
      from = open + 2;
      continue;
    }
    plain(from, open);
    const end = closingOf(text, open + 2);
    pieces.push(variablePiece(text, open, end));
    from = end ?? text.length;
  }
  plain(from, text.length);
  return pieces;
}

export function hasVariables(text: string): boolean {
  return text.includes(OPEN);
}

export function variablesOf(text: string): Variable[] {
  if (!hasVariables(text)) return [];
  return piecesOf(text).flatMap((piece) => (piece.kind === 'variable' ? [piece.variable] : []));
}

/** A text in which nothing is taken for a variable. */
export function withoutVariables(text: string): string {
  return text.replaceAll(OPEN, `\\${OPEN}`);
}

/** Behind the braces that close a variable; null when they are missing. What is quoted closes nothing. */
function closingOf(text: string, from: number): number | null {
  let isQuoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') return null;
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text.startsWith(CLOSE, at)) return at + CLOSE.length;
  }
  return null;
}

function variablePiece(text: string, start: number, end: number | null): Piece {
  if (end === null) {
    const message = 'This variable is not closed: }} is missing. Write \\{{ for the braces alone.';
    return { kind: 'problem', message, start, end: text.length };
  }
  try {
    const variable = readVariable(wordsOf(text.slice(start + 2, end - 2)));
    return { kind: 'variable', variable, start, end };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { kind: 'problem', message: error.message, start, end };
  }
}

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/uy;

function wordsOf(inner: string): Word[] {
  const words: Word[] = [];
  const trimmed = inner.trim();
  for (WORD.lastIndex = 0; WORD.lastIndex < trimmed.length;) {
    const match = WORD.exec(trimmed);
    if (!match) throw new Wrong('A quotation mark in this variable is not closed.');
    const [, quoted, bare] = match;
    words.push(
      quoted === undefined
        ? { text: bare ?? '', isQuoted: false }
        : { text: quoted.replaceAll(/\\(.)/gu, '$1'), isQuoted: true },
    );
  }
  return words;
}

function readVariable([name, ...words]: readonly Word[]): Variable {
  switch (name?.text ?? '') {
    case 'now':
      return readNow(words);
    case 'uuid':
      return only(words, 0, { kind: 'uuid' });
    case 'counter':
      return readCounter(words);
    case 'random':
      return readRandom(words);
    case 'ask':
      return readAsk(words);
    case 'value':
      return readValue(words);
    case 'csv':
      return readCsv(words);
    case '':
      throw new Wrong('The variable has no name. Write \\{{ for the braces alone.');
    default:
      throw new Wrong(
        `“${name?.text ?? ''}” is no variable: there are now, uuid, counter, random, ask, value and csv. Write \\{{ for the braces alone.`,
      );
  }
}

function readNow(words: readonly Word[]): Variable {
  const format = words[0]?.text ?? 'iso';
  if (!NOW_FORMATS.includes(format)) {
    throw new Wrong(`The time can be written as ${NOW_FORMATS.join(', ')}, not as “${format}”.`);
  }
  return only(words, 1, { kind: 'now', format: format as NowFormat });
}

function readCounter(words: readonly Word[]): Variable {
  const start = words[0] ? wholeOf(words[0], 'The start of the counter') : 1;
  const step = words[1] ? wholeOf(words[1], 'The step of the counter') : 1;
  return only(words, 2, { kind: 'counter', start, step });
}

function readRandom(words: readonly Word[]): Variable {
  const [first, second] = words;
  if (!first || !second) {
    throw new Wrong(
      'A random number needs its limits, as in {{random 18 24}} or {{random 0.0 1.0}}.',
    );
  }
  const [from, to] = [numberOf(first, 'The lower limit'), numberOf(second, 'The upper limit')];
  if (from > to) throw new Wrong('The lower limit comes first, as in {{random 18 24}}.');
  const decimals = Math.max(decimalsOf(first.text), decimalsOf(second.text));
  return only(words, 2, { kind: 'random', from, to, decimals });
}

function readAsk([name, initial, ...more]: readonly Word[]): Variable {
  if (!name || name.text === '') {
    throw new Wrong('Say what is asked, as in {{ask "device"}} or {{ask "device" "press-1"}}.');
  }
  return only(more, 0, { kind: 'ask', name: name.text, initial: initial?.text ?? '' });
}

function readValue([topic, path, ...more]: readonly Word[]): Variable {
  if (!topic || topic.text === '') {
    throw new Wrong(
      'Say whose value, as in {{value "plant/line1/state"}} or {{value "plant/line1" $.mode}}.',
    );
  }
  return only(more, 0, { kind: 'value', topic: topic.text, path: path?.text ?? '' });
}

function readCsv([column, ...more]: readonly Word[]): Variable {
  if (!column || column.text === '') {
    throw new Wrong('Say which column, as in {{csv device}} or {{csv "serial number"}}.');
  }
  return only(more, 0, { kind: 'csv', column: column.text });
}

function only(words: readonly Word[], most: number, variable: Variable): Variable {
  const extra = words[most];
  if (extra === undefined) return variable;
  throw new Wrong(`“${extra.text}” is more than {{${variable.kind}}} takes.`);
}

function numberOf({ text, isQuoted }: Word, what: string): number {
  if (!isQuoted && /^-?\d{1,15}(?:\.\d{1,12})?$/u.test(text)) return Number(text);
  throw new Wrong(`${what} must be a number, not “${text}”.`);
}

function wholeOf(word: Word, what: string): number {
  const number = numberOf(word, what);
  if (Number.isSafeInteger(number)) return number;
  throw new Wrong(`${what} must be a whole number.`);
}

function decimalsOf(text: string): number {
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : Math.min(MOST_DECIMALS, text.length - dot - 1);
}
