import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const look = EditorView.theme({
  '&': { height: 'auto' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--diff-removed)' },
  '&.cm-merge-b .cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--diff-added)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText, & .cm-deletedText': {
    background: 'var(--diff-removed)',
    borderRadius: '2px',
  },
  '&.cm-merge-b .cm-changedText, & .cm-insertedLine .cm-changedText': {
    background: 'var(--diff-added)',
    borderRadius: '2px',
  },
  '.cm-deletedChunk': { padding: '0 12px 0 6px' },
  '.cm-changeGutter': { width: '3px', paddingLeft: '0' },
  '&.cm-merge-b .cm-changedLineGutter, .cm-changedLineGutter': { background: 'var(--good)' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--bad)' },
});

/** The colours of what was added and removed. */
export function diffLook(): Extension {
  return look;
}
