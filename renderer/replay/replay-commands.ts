import { escapeHidden } from '../../app/payload/escape';
import { everything } from '../../app/selection';
import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { replayBranch } from './replay-branch';

/** What the palette does to replay the past. */
export function replayCommands(app: AppState): Command[] {
  const group = 'Replay';
  const { replay, selected } = app;
  const active = app.profiles.find(app.activeProfile)?.profile;
  return [
    ...(active && selected !== null
      ? [
          {
            id: 'replay-branch',
            group,
            label: 'Replay this branch…',
            hint: escapeHidden(selected),
            run: () => {
              replayBranch(app, active.id, selected);
            },
          } as const,
        ]
      : []),
    ...(active
      ? [
          {
            id: 'replay-all',
            group,
            label: 'Replay…',
            hint: `all of ${active.name}`,
            run: () => void replay.prepare(everything(active.id), active.name),
          } as const,
        ]
      : []),
    {
      id: 'replay-page',
      group,
      label: 'Go to the replay',
      run: () => {
        app.show('replay');
      },
    },
  ];
}
