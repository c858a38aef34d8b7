import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { openMessages } from './message-lists';

/** What the palette and the keys do with messages of all topics. */
export function messageCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  if (profileId === null || app.profiles.find(profileId) === null) return [];
  const group = 'Messages';
  const selected = app.selected;
  return [
    {
      id: 'search-messages',
      group,
      label: 'Search messages',
      hint: 'all that are stored, or as they come',
      shortcut: 'Mod+Shift+F',
      run: () => {
        openMessages(app, profileId);
      },
    },
    ...(selected === null
      ? []
      : [
          {
            id: 'search-topic',
            group,
            label: 'Search messages below the selected topic',
            hint: selected,
            run: () => {
              openMessages(app, profileId, { filter: `${selected}/#` });
            },
          } as const,
        ]),
  ];
}
