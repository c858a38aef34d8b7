import FileOutput from '@lucide/svelte/icons/file-output';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Pencil from '@lucide/svelte/icons/pencil';
import Repeat2 from '@lucide/svelte/icons/repeat-2';
import Trash from '@lucide/svelte/icons/trash-2';
import type { RecordingSummary } from '../../app/contract-manage';
import { escapeHidden } from '../../app/payload/escape';
import { everything, type Selection } from '../../app/selection';
import { shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import type { MenuEntry } from '../ui/menu-items';
import { editRecording } from './actions';
import { momentOf } from './past-words';

const stateWords: Readonly<Record<RecordingSummary['state']['kind'], string>> = {
  recording: 'recording',
  copying: 'being copied',
  complete: '',
  interrupted: 'ended unexpectedly; complete up to its last moment',
};

/** Where it comes from, which topics and which time it has, in one line. */
export function recordingWords({
  profileName,
  filters,
  oldestTimeUs,
  newestTimeUs,
  state,
}: RecordingSummary): string {
  const period =
    oldestTimeUs === null || newestTimeUs === null
      ? ''
      : `${momentOf(oldestTimeUs)} – ${momentOf(newestTimeUs)}`;
  const topics = filters.length === 0 ? 'all topics' : escapeHidden(filters.join(', '));
  return [escapeHidden(profileName), topics, period, stateWords[state.kind]]
    .filter((part) => part !== '')
    .join(' · ');
}

/** What can be done with a recording that is complete. */
export function recordingMenu(app: AppState, recording: RecordingSummary): MenuEntry[] {
  return [
    {
      kind: 'action',
      label: 'Name and note…',
      icon: Pencil,
      onselect: () => {
        editRecording(app, recording);
      },
    },
    {
      kind: 'action',
      label: 'Show in folder',
      icon: FolderOpen,
      onselect: () => void app.attempt(() => shell.showInFolder({ path: recording.path })),
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Export…',
      icon: FileOutput,
      onselect: () =>
        void withOpened(app, recording, (selection) => {
          overlays.exporting = { selection, title: recording.name };
        }),
    },
    {
      kind: 'action',
      label: 'Replay…',
      icon: Repeat2,
      onselect: () =>
        void withOpened(app, recording, (selection) => {
          void app.replay.prepare(selection, recording.name);
        }),
    },
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Delete',
      icon: Trash,
      danger: true,
      onselect: () => void app.attempt(() => app.recordings.delete(recording)),
    },
  ];
}

/** A recording is open as a history of its own before something is made of it. */
async function withOpened(
  app: AppState,
  { path }: RecordingSummary,
  use: (selection: Selection) => void,
): Promise<void> {
  await app.attempt(async () => {
    const { profileIds } = await app.engine.calls.openHistoryFile({ path });
    const [profileId] = profileIds;
    if (profileId !== undefined) use(everything(profileId));
  });
}
