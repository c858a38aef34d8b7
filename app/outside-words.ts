/** What a broker or another program said, in our own sentences: text that nobody here chose. */
import { escapeHidden } from './payload/escape';
import { formatCountOf } from './payload/format';

/** So much of another's words fits in a sentence of ours. */
const MOST_IN_SENTENCE = 300;

/** The words with every hidden character as an escape. What is too long is cut, and how much that left out stands behind it. */
export function outsideWords(text: string, mostCharacters = MOST_IN_SENTENCE): string {
  if (text.length <= mostCharacters) return escapeHidden(text);
  // A cut never goes through a character of two units.
  const isPair = /[\uD800-\uDBFF]/u.test(text.charAt(mostCharacters - 1));
  const kept = isPair ? mostCharacters - 1 : mostCharacters;
  const left = formatCountOf(text.length - kept, 'more character', 'more characters');
  return `${escapeHidden(text.slice(0, kept))}… (${left})`;
}

/** A sentence behind our own, with a space before it; nothing where the broker gave no reason. */
export function brokerSaid(reasonString: string | null | undefined): string {
  const isSilent = reasonString === null || reasonString === undefined || reasonString === '';
  return isSilent ? '' : ` The broker said: “${outsideWords(reasonString)}”.`;
}
