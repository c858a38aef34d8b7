import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { deskDialogs } from './desk-dialogs.svelte';

/** What the palette offers of the publish desk. */
export function deskCommands(app: AppState): Command[] {
  const profileId = app.activeProfile;
  const group = 'Topics';
  const jobs: Command = {
    id: 'publish-jobs',
    group,
    label: 'Publish jobs…',
    run: () => {
      deskDialogs.open({ kind: 'jobs' });
    },
  };
  const own = app.profiles.find(profileId);
  if (profileId === null || own === null || own.archive !== null) return [jobs];
  return [
    {
      id: 'templates',
      group,
      label: 'Templates…',
      hint: 'kept messages',
      run: () => {
        deskDialogs.open({ kind: 'templates', profileId });
      },
    },
    {
      id: 'save-template',
      group,
      label: 'Save the publish form as template…',
      run: () => {
        deskDialogs.open({ kind: 'save-template', profileId, template: null });
      },
    },
    jobs,
  ];
}
