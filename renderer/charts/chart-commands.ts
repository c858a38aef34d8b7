import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';
import { chartDialogs } from './chart-dialogs.svelte';
import { chartsOf } from './chart-states';

/** What the palette does with charts. */
export function chartCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  if (profileId === null || app.profiles.find(profileId) === null) return [];
  const group = 'Charts';
  const topic = app.page === 'topics' ? app.selected : null;
  const { range } = chartsOf(app, profileId);
  return [
    {
      id: 'charts',
      group,
      label: 'Charts',
      hint: 'numbers over time',
      run: () => {
        app.show('charts');
        void focusPlace('chart');
      },
    },
    {
      id: 'add-chart',
      group,
      label: topic === null ? 'Add a chart…' : 'Add this topic to a chart…',
      ...(topic === null ? {} : { hint: topic }),
      run: () => {
        chartDialogs.add(profileId, topic ?? '');
      },
    },
    ...(app.page === 'charts'
      ? [
          {
            id: 'charts-live',
            group,
            label: 'Charts: back to now',
            run: () => {
              range.follow();
            },
          } as const,
        ]
      : []),
  ];
}
