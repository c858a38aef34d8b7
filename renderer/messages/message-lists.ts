import { MOST_RECENT_QUERIES } from '../../app/contract-search-schemas';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';
import { MessagesState } from './messages-state.svelte';
import { EMPTY_FORM, type SearchForm } from './search-form';

const states = new Map<string, MessagesState>();

/** The list of a profile: its fields and where it stood outlive a change of the page. */
export function messagesOf(app: AppState, profileId: string): MessagesState {
  const known = states.get(profileId);
  if (known) return known;
  const state = new MessagesState(app.engine, profileId, (query) => {
    rememberQuery(app, profileId, query);
  });
  states.set(profileId, state);
  return state;
}

/** Shows a profile's messages, with other conditions where they are given, and goes to the query. */
export function openMessages(
  app: AppState,
  profileId: string,
  form: Partial<SearchForm> | null = null,
): void {
  app.activate(profileId);
  app.show('messages');
  if (form !== null) messagesOf(app, profileId).change({ ...EMPTY_FORM, ...form });
  void focusPlace('query');
}

/** The newest first. */
export function recentQueries(app: AppState, profileId: string): readonly string[] {
  return app.ui.recentQueries.find(([id]) => id === profileId)?.[1] ?? [];
}

export function forgetQueries(app: AppState, profileId: string): void {
  const others = app.ui.recentQueries.filter(([id]) => id !== profileId);
  app.updateUi({ recentQueries: others });
}

function rememberQuery(app: AppState, profileId: string, query: string): void {
  const others = recentQueries(app, profileId).filter((one) => one !== query);
  const own = [query, ...others].slice(0, MOST_RECENT_QUERIES);
  const profiles = app.ui.recentQueries.filter(([id]) => id !== profileId);
  app.updateUi({ recentQueries: [...profiles, [profileId, own] as const].slice(-1000) });
}
