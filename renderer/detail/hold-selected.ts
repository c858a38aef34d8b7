import type { Attachment } from 'svelte/attachments';
import type { TopicState } from './topic-state.svelte';

/** Holds the message that a pane shows while a part of it is selected there. */
export function holdsSelected(state: TopicState): Attachment<HTMLElement> {
  return (pane) => {
    const look = (): void => {
      const selection = document.getSelection();
      const isSelected = selection !== null && !selection.isCollapsed;
      state.selecting(isSelected && pane.contains(selection.anchorNode));
    };
    document.addEventListener('selectionchange', look);
    return () => {
      document.removeEventListener('selectionchange', look);
      state.selecting(false);
    };
  };
}
