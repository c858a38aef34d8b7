import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { focusNextPlace } from '../state/focus';
import { overlays } from '../state/overlays.svelte';
import { THEMES } from './themes';

/** What the palette does with the window itself. */
export function windowCommands(app: AppState): Command[] {
  const group = 'Window';
  return [
    {
      id: 'palette',
      group,
      label: 'Command palette',
      shortcut: 'Mod+K',
      run: () => {
        overlays.palette = true;
      },
    },
    {
      id: 'keys',
      group,
      label: 'Keyboard shortcuts',
      shortcut: 'Mod+/',
      run: () => {
        overlays.keys = true;
      },
    },
    ...(app.activeProfile === null || app.page === 'history'
      ? []
      : [
          {
            id: 'history',
            group,
            label: 'History: sessions and recordings',
            shortcut: 'Mod+Shift+H',
            run: () => {
              app.show('history');
            },
          } as const,
        ]),
    ...(app.activeProfile === null || app.page === 'topics'
      ? []
      : [
          {
            id: 'topics',
            group,
            label: 'Topics',
            run: () => {
              app.show('topics');
            },
          } as const,
        ]),
    ...(app.page === 'topics'
      ? [
          {
            id: 'next-pane',
            group,
            label: 'Go to the next pane',
            shortcut: 'F6',
            run: () => {
              focusNextPlace(false);
            },
          } as const,
          {
            id: 'side-pane',
            group,
            label: 'Show or hide the side pane',
            hint: 'publish',
            shortcut: 'Mod+J',
            run: () => {
              app.updateUi({ publishOpen: !app.ui.publishOpen });
            },
          } as const,
        ]
      : []),
    ...THEMES.map(({ choice, label }): Command => ({
      id: `theme-${choice}`,
      group,
      label: `Theme: ${label.toLowerCase()}`,
      ...(app.theme.choice === choice ? { hint: 'current' } : {}),
      run: () => {
        app.chooseTheme(choice);
      },
    })),
  ];
}
