import { exportBranch, exportHistory } from '../files/export-wishes';
import type { Command } from '../palette/commands';
import { popOutTopic } from '../pop-out/pop-out-topic';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';
import { TREE_SORTS } from './tree-sorts';

/** What the palette does with the tree and the topic that is selected in it. */
export function topicCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  if (profileId === null || app.page !== 'topics') return [];
  const tree = app.treeOf(profileId);
  const selected = app.selected;
  const group = 'Topics';
  return [
    {
      id: 'filter',
      group,
      label: 'Filter topics',
      shortcut: 'Mod+F',
      run: () => void focusPlace('filter'),
    },
    {
      id: 'tree',
      group,
      label: 'Go to the topic tree',
      shortcut: 'Mod+1',
      run: () => void focusPlace('tree'),
    },
    {
      id: 'detail',
      group,
      label: 'Go to the topic detail',
      shortcut: 'Mod+2',
      run: () => void focusPlace('detail'),
    },
    ...(selected === null
      ? []
      : [
          {
            id: 'copy-topic',
            group,
            label: 'Copy topic',
            hint: selected,
            shortcut: 'Mod+Shift+C',
            run: () => void app.copy(selected, 'Topic'),
          } as const,
          {
            id: 'pop-out',
            group,
            label: 'Open the topic in a window of its own',
            hint: selected,
            shortcut: 'Mod+Shift+O',
            run: () => void popOutTopic(app, profileId, selected),
          } as const,
        ]),
    ...(selected === null
      ? []
      : [
          {
            id: 'export-topic',
            group,
            label: 'Export this topic and all below…',
            hint: selected,
            run: () => {
              exportBranch(profileId, selected, true);
            },
          } as const,
        ]),
    {
      id: 'export-history',
      group,
      label: 'Export the history…',
      shortcut: 'Mod+Shift+E',
      run: () => {
        exportHistory(profileId, app.profiles.find(profileId)?.profile.name ?? '');
      },
    },
    {
      id: 'expand-all',
      group,
      label: 'Expand all topics',
      run: () => {
        tree.setAllExpanded(true);
      },
    },
    {
      id: 'collapse-all',
      group,
      label: 'Collapse all topics',
      run: () => {
        tree.setAllExpanded(false);
      },
    },
    ...TREE_SORTS.map(({ sort, label }): Command => ({
      id: `sort-${sort}`,
      group,
      label: `Sort by ${label.toLowerCase()}`,
      ...(app.ui.treeSort === sort ? { hint: 'current' } : {}),
      run: () => {
        app.updateUi({ treeSort: sort });
      },
    })),
    ...(app.profiles.find(profileId)?.archive ? [] : [publishCommand(app)]),
  ];
}

function publishCommand(app: AppState): Command {
  return {
    id: 'publish',
    group: 'Topics',
    label: 'Publish a message',
    shortcut: 'Mod+Shift+P',
    run: () => {
      app.updateUi({ publishOpen: true });
      void focusPlace('publish');
    },
  };
}
