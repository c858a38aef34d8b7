import type { Extension } from '@codemirror/state';
import { highlightSpecialChars } from '@codemirror/view';
import { escapeHidden } from '../../../app/payload/escape';

/** Bidirectional and format characters that the editor does not mark by itself. */
const MORE = /[\u202a-\u202e\u2060-\u2064\u2066-\u2069]/g;

/** Shows characters that would be invisible, or would reorder the text, as marked escapes. */
export function visibleCharacters(): Extension {
  return highlightSpecialChars({
    addSpecialChars: MORE,
    render: (code) => {
      const mark = document.createElement('span');
      mark.className = 'cm-specialChar';
      mark.textContent = escapeHidden(String.fromCodePoint(code));
      mark.title = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
      return mark;
    },
  });
}
