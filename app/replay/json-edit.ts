/** Changes one value in JSON text and leaves every other character as it stands: no number loses digits. */
import { stringEnd } from '../payload/json-text';
import type { JsonPath } from '../payload/numbers';

/** A piece of the text, `from` to before `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whether text is JSON; to be asked before the rest of this file is used. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // That it cannot be parsed is the answer.
    return false;
  }
}

/** Where the value at a path stands in valid JSON; null when there is none. */
export function valueSpan(text: string, path: JsonPath): Span | null {
  let from = skipSpace(text, 0);
  for (const step of path) {
    const next = memberAt(text, from, step);
    if (next === null) return null;
    from = next;
  }
  return { from, to: valueEnd(text, from) };
}

/** Valid JSON with the value at a path replaced, or added to its object; null when there is no such place. */
export function withValue(text: string, path: JsonPath, json: string): string | null {
  const span = valueSpan(text, path);
  if (span !== null) return text.slice(0, span.from) + json + text.slice(span.to);
  const name = path.at(-1);
  const parent = valueSpan(text, path.slice(0, -1));
  if (typeof name !== 'string' || parent === null || text[parent.from] !== '{') return null;
  const close = parent.to - 1;
  const isEmpty = text.slice(parent.from + 1, close).trim() === '';
  return `${text.slice(0, close).trimEnd()}${isEmpty ? '' : ','}${JSON.stringify(name)}:${json}${text.slice(close)}`;
}

/** Where the value of a member begins. Of members with the same name the last counts, as in most parsers. */
function memberAt(text: string, container: number, step: string | number): number | null {
  const opens = text[container];
  if (opens !== (typeof step === 'string' ? '{' : '[')) return null;
  let found: number | null = null;
  let at = skipSpace(text, container + 1);
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index += 1) {
    let name: string | number = index;
    if (opens === '{') {
      const end = stringEnd(text, at);
      name = JSON.parse(text.slice(at, end)) as string;
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (name === step) found = at;
    at = skipSpace(text, valueEnd(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return found;
}

function valueEnd(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return stringEnd(text, from);
  if (first !== '{' && first !== '[') {
    let at = from;
    while (at < text.length && !',]} \t\r\n'.includes(text[at] ?? '')) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return at;
}
