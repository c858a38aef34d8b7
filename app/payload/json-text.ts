/** Layout of JSON text that leaves every token as it stands, so that no number and no escape changes. */

/** Where the string that opens at `start` ends, exclusive; the text's end when it is never closed. */
export function stringEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5c) index++;
    else if (code === 0x22) return index + 1;
  }
  return text.length;
}

/** JSON text without white space between its tokens. Works on the beginning of a document, too. */
export function compactJson(text: string): string {
  const parts: string[] = [];
  eachToken(text, (token) => parts.push(token));
  return parts.join('');
}

/** Valid JSON text with one member per line, indented by two spaces; empty containers stay on one line. */
export function prettyJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let afterOpen = false;
  eachToken(text, (token) => {
    const closes = token === '}' || token === ']';
    if (closes) depth--;
    if (closes !== afterOpen) parts.push(lineBreak(depth));
    parts.push(token);
    afterOpen = token === '{' || token === '[';
    if (afterOpen) depth++;
    else if (token === ',') parts.push(lineBreak(depth));
    else if (token === ':') parts.push(' ');
  });
  return parts.join('');
}

/** Beyond this depth the indentation stops growing: hostile nesting must not make quadratic text. */
const MAX_INDENT = 40;

function lineBreak(depth: number): string {
  return `\n${'  '.repeat(Math.min(Math.max(depth, 0), MAX_INDENT))}`;
}

const SPACE = /[ \t\r\n]*/y;
const WORD = /[^ \t\r\n{}[\],:"]+/y;

function eachToken(text: string, take: (token: string) => void): void {
  let index = 0;
  while (index < text.length) {
    index = matchEnd(SPACE, text, index);
    if (index >= text.length) return;
    const end = tokenEnd(text, index);
    take(text.slice(index, end));
    index = end;
  }
}

function tokenEnd(text: string, index: number): number {
  if (text.charCodeAt(index) === 0x22) return stringEnd(text, index);
  const end = matchEnd(WORD, text, index);
  return end > index ? end : index + 1;
}

/** Where a sticky pattern that may match nothing ends from `index`. */
function matchEnd(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : index;
}
