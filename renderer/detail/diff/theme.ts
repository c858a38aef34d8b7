import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const look = EditorView.theme({
  '&': { maxHeight: 'none' },
  '&.cm-merge-b .cm-changedLine, & .cm-changedLine': { backgroundColor: 'var(--diff-added)' },
  '&.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--diff-removed)' },
  '& .cm-insertedLine, & ins.cm-insertedLine': {
    background: 'transparent',
    textDecoration: 'none',
  },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText, & .cm-deletedText': {
    background: 'color-mix(in srgb, var(--bad) 34%, transparent)',
    borderRadius: '2px',
  },
  '&.cm-merge-b .cm-changedText, & .cm-changedText': {
    background: 'color-mix(in srgb, var(--good) 30%, transparent)',
    borderRadius: '2px',
  },
  // Colours of the syntax are not made for these grounds.
  '& .cm-changedText, & .cm-changedText *, & .cm-deletedText, & .cm-deletedText *': {
    color: 'var(--text) !important',
  },
  '.cm-deletedChunk': { padding: '0 12px 0 6px', backgroundColor: 'var(--diff-removed)' },
  '.cm-changeGutter': { width: '3px', paddingLeft: '0' },
  '&.cm-merge-b .cm-changedLineGutter, .cm-changedLineGutter': { background: 'var(--good)' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--bad)' },
});

/** The colours of what was added and removed. */
export function diffLook(): Extension {
  return look;
}
