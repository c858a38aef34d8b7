/**
 * One form for upper and lower case, character by character: what is the same in it is the same to a search in any case.
 * ASCII only ever meets ASCII (the Kelvin sign is no k), so that bytes can be searched without decoding them.
 */
export function foldText(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  let folded = '';
  for (const character of text) folded += foldCharacter(character);
  return folded;
}

/** The form of one code point; it stays one code point. */
export function foldCharacter(character: string): string {
  if (character < '\u0080') return character.toLowerCase();
  // By way of the upper case: the two small sigmas have one.
  const upper = oneBeyondAscii(character.toUpperCase());
  return oneBeyondAscii((upper ?? character).toLowerCase()) ?? character;
}

function oneBeyondAscii(text: string): string | null {
  const code = text.codePointAt(0) ?? 0;
  const length = code > 0xffff ? 2 : 1;
  return code >= 0x80 && text.length === length ? text : null;
}

/** The last code point that has another case (Adlam, U+1E943), and some more. */
const LAST_CASED = 0x1efff;

let variants: Map<string, string[]> | undefined;

/** All characters that have the same folded form as this one, itself included. */
export function variantsOf(character: string): readonly string[] {
  const folded = foldCharacter(character);
  if (folded < '\u0080') return [...new Set([folded, folded.toUpperCase()])];
  variants ??= findVariants();
  return variants.get(folded) ?? [character];
}

function findVariants(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (let code = 0x80; code <= LAST_CASED; code++) {
    const character = String.fromCodePoint(code);
    const folded = foldCharacter(character);
    const isCased = folded !== character || character.toUpperCase() !== character;
    if (isCased) found.set(folded, [...(found.get(folded) ?? []), character]);
  }
  // Forms that nothing but others fold to.
  for (const [folded, all] of found) if (!all.includes(folded)) all.push(folded);
  return found;
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\u0000-\u007f]*$/.test(text);
}

/** Where a text occurs in another one: pairs of begin and end, in UTF-16 units, none overlapping. */
export function occurrences(
  text: string,
  wanted: string,
  matchCase: boolean,
): ReadonlyArray<readonly [begin: number, end: number]> {
  // Folding keeps each character's length in UTF-16 units: what has another one stays as it is.
  const inside = matchCase ? text : foldText(text);
  const what = matchCase ? wanted : foldText(wanted);
  const found: (readonly [number, number])[] = [];
  if (what === '' || inside.length !== text.length) return found;
  for (let at = inside.indexOf(what); at >= 0; at = inside.indexOf(what, at + what.length)) {
    found.push([at, at + what.length]);
  }
  return found;
}
