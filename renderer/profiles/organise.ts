import Folder from '@lucide/svelte/icons/folder';
import Pin from '@lucide/svelte/icons/pin';
import Share from '@lucide/svelte/icons/share';
import Star from '@lucide/svelte/icons/star';
import StarOff from '@lucide/svelte/icons/star-off';
import type { ProfileSummary } from '../../app/contract';
import type { AppState } from '../state/app.svelte';
import { overlays } from '../state/overlays.svelte';
import type { MenuEntry } from '../ui/menu-items';

/** What a connection's menu offers to keep it in order. */
export function organiseEntries(app: AppState, summary: ProfileSummary): MenuEntry[] {
  const { profile } = summary;
  const { favourite, once } = profile.organisation;
  return [
    {
      kind: 'action',
      label: favourite ? 'Remove from favourites' : 'Add to favourites',
      icon: favourite ? StarOff : Star,
      onselect: () =>
        void app.attempt(() => app.profiles.organise(profile, { favourite: !favourite })),
    },
    {
      kind: 'action',
      label: 'Move to a folder…',
      icon: Folder,
      onselect: () => {
        moveToFolder(app, summary);
      },
    },
    {
      kind: 'action',
      label: 'Export…',
      icon: Share,
      onselect: () => {
        overlays.movingOut = [profile.id];
      },
    },
    ...(once
      ? [
          {
            kind: 'action' as const,
            label: 'Keep this connection',
            icon: Pin,
            onselect: () =>
              void app.attempt(() => app.engine.calls.keepProfile({ profileId: profile.id })),
          },
        ]
      : []),
  ];
}

function moveToFolder(app: AppState, { profile }: ProfileSummary): void {
  const { folder } = profile.organisation;
  const others = new Set(app.profiles.connections.map((one) => one.profile.organisation.folder));
  others.delete('');
  others.delete(folder);
  overlays.name({
    title: `Folder of “${profile.name}”`,
    action: 'Move',
    name: folder,
    hint: `Empty: without a folder. ${others.size === 0 ? '' : `There are: ${[...others].slice(0, 8).join(', ')}${others.size > 8 ? '…' : '.'}`}`,
    note: '',
    hasNote: false,
    save: async ({ name }) => {
      await app.profiles.organise(profile, { folder: name });
    },
  });
}

/** Gives a folder another name; empty dissolves it. Also favourites are in it, which are listed elsewhere. */
export function renameFolder(app: AppState, folder: string): void {
  const members = app.profiles.connections.filter(
    ({ profile }) => profile.organisation.folder === folder,
  );
  const moveAll = async (name: string): Promise<void> => {
    for (const { profile } of members) await app.profiles.organise(profile, { folder: name });
  };
  overlays.name({
    title: `Rename the folder “${folder}”`,
    action: 'Rename',
    name: folder,
    hint: 'Empty: no folder any more, its connections stay. The name of another folder joins the two.',
    note: '',
    hasNote: false,
    save: async ({ name }) => {
      if (name === folder) return;
      await moveAll(name);
      app.toasts.show({
        text: name === '' ? `No folder “${folder}” any more` : `Folder renamed to “${name}”`,
        action: { label: 'Undo', run: () => void app.attempt(() => moveAll(folder)) },
      });
    },
  });
}
