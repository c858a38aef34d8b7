import ListTree from '@lucide/svelte/icons/list-tree';
import Pencil from '@lucide/svelte/icons/pencil';
import Trash from '@lucide/svelte/icons/trash-2';
import type { PanelSeries } from '../../app/contract-charts';
import { PROFILE_COLOURS } from '../../app/profile-colours';
import { profileColour } from '../profiles/profile-colour';
import { app } from '../state/app.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { chartDialogs } from './chart-dialogs.svelte';
import type { ChartLine } from './chart-lines.svelte';

/** What can be done with a line of a chart. */
export function lineMenu(
  { series, source, colour }: ChartLine,
  change: (series: PanelSeries) => void,
  remove: () => void,
): MenuEntry[] {
  return [
    { kind: 'heading', label: 'Axis' },
    ...(['left', 'right'] as const).map((axis): MenuEntry => ({
      kind: 'choice',
      label: axis === 'left' ? 'Left' : 'Right',
      checked: series.axis === axis,
      onselect: () => {
        change({ ...series, axis });
      },
    })),
    { kind: 'separator' },
    { kind: 'heading', label: 'Colour' },
    ...PROFILE_COLOURS.map((one): MenuEntry => ({
      kind: 'choice',
      label: one.charAt(0).toUpperCase() + one.slice(1),
      checked: colour === one,
      dot: profileColour(one),
      onselect: () => {
        change({ ...series, colour: one });
      },
    })),
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Edit this line…',
      icon: Pencil,
      onselect: () => {
        chartDialogs.edit(source.profileId, series, change);
      },
    },
    {
      kind: 'action',
      label: 'Go to the topic',
      icon: ListTree,
      onselect: () => {
        app.activate(source.profileId);
        app.show('topics');
        void app.attempt(() => app.reveal(source.topic));
      },
    },
    { kind: 'separator' },
    { kind: 'action', label: 'Remove this line', icon: Trash, danger: true, onselect: remove },
  ];
}
