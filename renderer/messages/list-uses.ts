import { selectionOf } from '../../app/search/message-search';
import { matchingWords } from '../../app/selection-words';
import { escapeHidden } from '../../app/payload/escape';
import { selectionDeletion, selectionUses } from '../past/selection-menu';
import type { AppState } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import type { MessagesState } from './messages-state.svelte';

/** What can be made of all messages that are listed. */
export function listUses(app: AppState, list: MessagesState): MenuEntry[] {
  const selection = selectionOf(list.search);
  const isOwn = app.profiles.find(list.profileId)?.archive === null;
  const named = {
    selection,
    title: titleOf(selection),
    isEmpty: (list.frame?.progress.found ?? 0) === 0,
  };
  return [
    { kind: 'heading', label: list.isSearch ? 'What was found' : 'What is listed' },
    ...selectionUses(app, named),
    ...(isOwn ? selectionDeletion(named) : []),
  ];
}

function titleOf({ filters, matching }: ReturnType<typeof selectionOf>): string {
  const what = matching === undefined ? 'Messages' : `Messages ${matchingWords(matching)}`;
  return filters.length === 0 ? what : `${what} of ${escapeHidden(filters.join(', '))}`;
}
