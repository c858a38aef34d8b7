/** What a whole payload is when it is not a document: a number, a truth value, or neither. */

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Longer digits are an identifier or an attack, not a measurement. */
const MAX_NUMBER_CHARS = 400;

/** The finite number a text is, white space around it aside, or null. */
export function numberOfText(text: string): number | null {
  const trimmed = text.length <= MAX_NUMBER_CHARS ? text.trim() : '';
  if (!NUMBER.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

/** The truth value a text is (`true`, `False`), or null. On, off, yes and no stay words. */
export function booleanOfText(text: string): boolean | null {
  if (text.length > 16) return null;
  const word = text.trim().toLowerCase();
  if (word === 'true') return true;
  return word === 'false' ? false : null;
}
