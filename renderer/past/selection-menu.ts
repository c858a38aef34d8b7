import CircleDot from '@lucide/svelte/icons/circle-dot';
import FileOutput from '@lucide/svelte/icons/file-output';
import Repeat2 from '@lucide/svelte/icons/repeat-2';
import Trash from '@lucide/svelte/icons/trash-2';
import type { Selection } from '../../app/selection';
import { selectionWords } from '../../app/selection-words';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { askToCopy } from './actions';

/** A part of the past, and what a person calls it: `Session of 2026-11-25 21:04`, `Messages with “fault”`. */
export interface NamedSelection {
  readonly selection: Selection;
  readonly title: string;
  /** Nothing is stored of it. */
  readonly isEmpty: boolean;
}

/** What a part of the past is good for. */
export function selectionUses(
  app: AppState,
  { selection, title, isEmpty: disabled }: NamedSelection,
): MenuEntry[] {
  return [
    {
      kind: 'action',
      label: 'Copy into a recording…',
      icon: CircleDot,
      disabled,
      onselect: () => {
        askToCopy(app, selection, title);
      },
    },
    {
      kind: 'action',
      label: 'Export…',
      icon: FileOutput,
      disabled,
      onselect: () => {
        overlays.exporting = { selection, title };
      },
    },
    {
      kind: 'action',
      label: 'Replay…',
      icon: Repeat2,
      disabled,
      onselect: () => void app.replay.prepare(selection, title),
    },
  ];
}

/** Deletes a part of the past after asking. What a search found is not deleted: only what topics, times and sessions mean. */
export function selectionDeletion({ selection, isEmpty }: NamedSelection): MenuEntry[] {
  if (selection.matching !== undefined) return [];
  return [
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Delete…',
      icon: Trash,
      danger: true,
      disabled: isEmpty,
      onselect: () => {
        const title = `Delete ${selectionWords(selection)}?`;
        overlays.delete({ title, selections: [selection] });
      },
    },
  ];
}
