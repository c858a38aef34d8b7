import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const jsonStyle = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--json-key)' },
  { tag: tags.string, color: 'var(--json-string)' },
  { tag: tags.number, color: 'var(--json-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--json-literal)' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--json-punctuation)' },
]);

const look = EditorView.theme({
  '&': {
    maxHeight: '100%',
    minHeight: '0',
    flex: '1',
    color: 'var(--text)',
    backgroundColor: 'transparent',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    fontSize: '12.5px',
    lineHeight: '1.6',
    fontVariantLigatures: 'none',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 12px 0 14px' },
  '.cm-gutters + .cm-content .cm-line': { paddingLeft: '6px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '1.5px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'var(--selection)' },
  '.cm-gutters': {
    border: 'none',
    backgroundColor: 'transparent',
    color: 'var(--faint)',
    userSelect: 'none',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '30px', padding: '0 4px 0 10px' },
  '.cm-foldGutter .cm-gutterElement': { width: '14px', color: 'var(--faint)', cursor: 'default' },
  '.cm-foldGutter .cm-gutterElement:hover': { color: 'var(--text)' },
  '.cm-foldPlaceholder': {
    margin: '0 3px',
    padding: '0 5px',
    border: 'none',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'var(--raised)',
    color: 'var(--soft)',
  },
  '.cm-specialChar': {
    padding: '0 2px',
    borderRadius: '3px',
    backgroundColor: 'var(--warn-soft)',
    color: 'var(--warn)',
    fontSize: '0.88em',
  },
  '.cm-matchingBracket, .cm-nonmatchingBracket': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--bad-soft)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-soft)' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-collapsedLines': {
    padding: '2px 12px',
    background: 'var(--raised)',
    color: 'var(--faint)',
    fontFamily: 'var(--font-sans)',
    fontSize: 'var(--size-s)',
    // The editor's own marks on both sides are of a character that few fonts have.
    '&::before, &::after': { content: '""' },
  },
});

const panels = EditorView.theme({
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--soft)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 6px',
    padding: '6px 32px 6px 8px',
    fontSize: 'var(--size-s)',
  },
  '.cm-panel.cm-search br': { display: 'none' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    margin: '0',
    fontSize: 'var(--size-s)',
  },
  '.cm-panel.cm-search input[type=checkbox]': {
    width: '13px',
    height: '13px',
    margin: '0',
    border: '1px solid var(--line-strong)',
    borderRadius: '3px',
    backgroundColor: 'var(--field)',
    appearance: 'none',
  },
  '.cm-panel.cm-search input[type=checkbox]:checked': {
    borderColor: 'transparent',
    backgroundColor: 'var(--accent-fill)',
    boxShadow: 'inset 0 0 0 2.5px var(--field)',
  },
  '.cm-textfield': {
    flex: '1 1 90px',
    width: 'auto',
    minWidth: '0',
    maxWidth: '260px',
    height: '24px',
    margin: '0',
    padding: '0 7px',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-m)',
    backgroundColor: 'var(--field)',
    color: 'var(--text)',
    font: 'var(--size-s) var(--font-mono)',
  },
  '.cm-textfield:focus': { borderColor: 'var(--focus)', outline: '1px solid var(--focus)' },
  '.cm-button': {
    height: '24px',
    margin: '0',
    padding: '0 8px',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-m)',
    backgroundColor: 'var(--raised)',
    backgroundImage: 'none',
    color: 'var(--text)',
    font: 'var(--size-s) var(--font-sans)',
  },
  '.cm-panel.cm-search [name=close]': {
    top: '7px',
    right: '8px',
    width: '22px',
    height: '22px',
    color: 'var(--faint)',
    fontSize: '16px',
  },
});

/** The nonce under which the page's policy accepts the editor's style sheets. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

/** What every editor and every read-only source in the window shares: colours, type, style nonce, exact text. */
export function codeLook(): Extension {
  return [
    EditorView.cspNonce.of(styleNonce()),
    // Only line feeds end a line, so that a carriage return stays a character that is seen and kept.
    EditorState.lineSeparator.of('\n'),
    look,
    panels,
    syntaxHighlighting(jsonStyle),
  ];
}
