import Copy from '@lucide/svelte/icons/copy';
import Info from '@lucide/svelte/icons/info';
import Pencil from '@lucide/svelte/icons/pencil';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import Trash from '@lucide/svelte/icons/trash-2';
import type { ProfileSummary } from '../../app/contract';
import { doctorDialogs } from '../doctor/doctor-dialogs.svelte';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { organiseEntries } from './organise';

/** What can be done with a saved connection. */
export function connectionMenu(app: AppState, summary: ProfileSummary): MenuEntry[] {
  const { profile } = summary;
  return [
    ...(summary.builtIn
      ? []
      : [
          {
            kind: 'action' as const,
            label: 'Edit…',
            icon: Pencil,
            onselect: () => {
              overlays.editConnection(profile);
            },
          },
        ]),
    {
      kind: 'action',
      label: 'Details…',
      icon: Info,
      onselect: () => {
        overlays.connectionOf = profile.id;
      },
    },
    {
      kind: 'action',
      label: 'Test connection…',
      icon: Stethoscope,
      onselect: () => {
        doctorDialogs.openFor(profile);
      },
    },
    {
      kind: 'action',
      label: 'Duplicate',
      icon: Copy,
      disabled: summary.builtIn,
      onselect: () => void app.attempt(() => app.profiles.duplicate(profile.id)),
    },
    ...(summary.builtIn ? [] : organiseEntries(app, summary)),
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Delete',
      icon: Trash,
      danger: true,
      onselect: () => void app.attempt(() => app.profiles.delete(summary)),
    },
  ];
}
