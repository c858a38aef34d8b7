import type { JsonContainer } from '../../../app/payload/json';

export const LITERAL_NOTE =
  'Texts of the form "0x0aff" are sent as bytes, as the decoders show them. For such a text write {"$text": "0x0aff"}.';

/** The name of an object's only member when it begins with `$` as what the decoders write for what JSON does not have. */
export function specialOf({ names, values }: JsonContainer): string | null {
  const [name] = names ?? [];
  const isSpecial = /^\$(?:tag \d{1,20}|extension -?\d{1,3}|undefined|text)$/u.test(name ?? '');
  if (name === undefined || !isSpecial) return null;
  // Beside a tag of time the decoder writes that in words.
  const isAlone = values.length === 1 || (values.length === 2 && names?.[1] === 'time');
  return isAlone ? name : null;
}
