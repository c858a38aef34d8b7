import ChartLine from '@lucide/svelte/icons/chart-line';
import ChevronsDownUp from '@lucide/svelte/icons/chevrons-down-up';
import ChevronsUpDown from '@lucide/svelte/icons/chevrons-up-down';
import ClipboardCopy from '@lucide/svelte/icons/clipboard-copy';
import FileOutput from '@lucide/svelte/icons/file-output';
import Copy from '@lucide/svelte/icons/copy';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import Eraser from '@lucide/svelte/icons/eraser';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import Hash from '@lucide/svelte/icons/hash';
import PictureInPicture2 from '@lucide/svelte/icons/picture-in-picture-2';
import Repeat2 from '@lucide/svelte/icons/repeat-2';
import Send from '@lucide/svelte/icons/send';
import Trash from '@lucide/svelte/icons/trash-2';
import TextSearch from '@lucide/svelte/icons/text-search';
import { chartDialogs } from '../charts/chart-dialogs.svelte';
import type { TreeRow } from '../../app/contract';
import { replayBranch } from '../replay/replay-branch';
import { openMessages } from '../messages/message-lists';
import type { AppState } from '../state/app.svelte';
import { escapeHidden } from '../../app/payload/escape';
import { exportBranch } from '../files/export-wishes';
import { popOutTopic } from '../pop-out/pop-out-topic';
import { askToDeleteTopics, askToRecord } from '../past/actions';
import { startPublish } from '../state/publish-draft';
import type { TreeState } from '../state/tree.svelte';
import { timeDialogs } from '../time/time-dialogs.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { clearRetained } from './clear-retained';
import { copyNewestValue } from './copy-value';

/** What of a row its menu is about. */
export type MenuRow = Pick<TreeRow, 'path' | 'preview' | 'expandable' | 'kind' | 'retained'>;

/** What can be done with a row of the tree. */
export function rowMenu(app: AppState, tree: TreeState, row: MenuRow): MenuEntry[] {
  return [
    {
      kind: 'action',
      label: 'Copy topic',
      icon: Copy,
      shortcut: 'Mod+C',
      onselect: () => void app.copy(row.path, 'Topic'),
    },
    {
      kind: 'action',
      label: 'Copy value',
      icon: ClipboardCopy,
      disabled: row.preview === null,
      onselect: () => void app.attempt(() => copyNewestValue(app, tree.profileId, row.path)),
    },
    {
      kind: 'action',
      label: 'Copy as filter with everything below',
      icon: Hash,
      onselect: () => void app.copy(`${row.path}/#`, 'Topic filter'),
    },
    {
      kind: 'action',
      label: 'Open in a window of its own',
      icon: PictureInPicture2,
      onselect: () => void popOutTopic(app, tree.profileId, row.path),
    },
    {
      kind: 'action',
      label: 'Add to a chart…',
      icon: ChartLine,
      onselect: () => {
        chartDialogs.add(
          tree.profileId,
          row.path,
          row.kind === null ? { what: { kind: 'rate', below: true } } : {},
        );
      },
    },
    {
      kind: 'action',
      label: 'Search below this topic',
      icon: TextSearch,
      onselect: () => {
        openMessages(app, tree.profileId, { filter: `${row.path}/#` });
      },
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Expand all below',
      icon: ChevronsUpDown,
      shortcut: 'Shift+→',
      disabled: !row.expandable,
      onselect: () => {
        tree.setExpanded(row.path, true, true);
      },
    },
    {
      kind: 'action',
      label: 'Collapse all below',
      icon: ChevronsDownUp,
      shortcut: 'Shift+←',
      disabled: !row.expandable,
      onselect: () => {
        tree.setExpanded(row.path, false, true);
      },
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: row.expandable ? 'Export this branch…' : 'Export this topic…',
      icon: FileOutput,
      onselect: () => {
        exportBranch(tree.profileId, row.path, row.expandable);
      },
    },
    {
      kind: 'action',
      label: 'Compare two moments…',
      icon: GitCompareArrows,
      onselect: () => {
        timeDialogs.open({ kind: 'compare', time: app.timeOf(tree.profileId), path: row.path });
      },
    },
    {
      kind: 'action',
      label: 'Replay this branch…',
      icon: Repeat2,
      onselect: () => {
        replayBranch(app, tree.profileId, row.path);
      },
    },
    ...(app.profiles.find(tree.profileId)?.archive
      ? []
      : [...brokerEntries(app, tree, row), ...pastEntries(app, tree.profileId, row)]),
  ];
}

/** What changes or keeps the past. */
function pastEntries(app: AppState, profileId: string, row: MenuRow): MenuEntry[] {
  const summary = app.profiles.find(profileId);
  return [
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Record this branch…',
      icon: CircleDot,
      disabled: summary === null || summary.recording !== null,
      onselect: () => {
        if (summary) askToRecord(app, summary.profile, `${row.path}/#`);
      },
    },
    {
      kind: 'action',
      label: row.expandable ? 'Delete this branch’s past…' : 'Delete this topic’s past…',
      icon: Trash,
      danger: true,
      onselect: () => {
        askToDeleteTopics(profileId, row.path, row.expandable);
      },
    },
    ...(row.expandable && row.kind !== null
      ? [
          {
            kind: 'action' as const,
            label: 'Delete this topic’s past…',
            icon: Trash,
            danger: true,
            onselect: () => {
              askToDeleteTopics(profileId, row.path, false);
            },
          },
        ]
      : []),
  ];
}

/** What needs a broker. It is about what is there now, not about the moment in view. */
function brokerEntries(app: AppState, tree: TreeState, row: MenuRow): MenuEntry[] {
  const { isPast } = app.timeOf(tree.profileId);
  return [
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Publish here',
      icon: Send,
      onselect: () => {
        startPublish(app, tree.profileId, row.path);
      },
    },
    {
      kind: 'action',
      label: isPast ? 'Clear retained message: only live' : 'Clear retained message…',
      icon: Eraser,
      danger: true,
      disabled: !row.retained || isPast,
      onselect: () =>
        void app.attempt(() =>
          clearRetained(
            app.engine,
            { profileId: tree.profileId, topic: row.path },
            escapeHidden(row.path),
          ),
        ),
    },
  ];
}
