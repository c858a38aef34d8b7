import type { MoveInCalls } from '../../../app/contract-move-in';
import type { Implementation } from '../../../app/rpc/derive';
import type { EngineCore } from '../engine-core';

export function moveInCalls(core: EngineCore): Implementation<MoveInCalls> {
  const { moveIn, profiles } = core;
  return {
    findConnections: () => moveIn.find(),
    previewConnections: ({ from, passphrase }) => moveIn.preview(from, passphrase),
    importConnections: async ({ previewId, chosen }) => ({
      profiles: await moveIn.take(previewId, chosen),
    }),
    closeConnectionsPreview: ({ previewId }) => {
      moveIn.close(previewId);
    },
    exportConnections: ({ path, profileIds, passphrase }) =>
      moveIn.export(path, profileIds, passphrase),
    arrangeProfile: ({ profileId, index, folder }) => {
      const profile = profiles.get(profileId);
      if (profile.organisation.folder !== folder) {
        core.saveProfile({ ...profile, organisation: { ...profile.organisation, folder } });
      }
      profiles.move(profileId, index);
      core.listChanged();
    },
    keepProfile: ({ profileId }) => {
      const profile = profiles.get(profileId);
      core.saveProfile({ ...profile, organisation: { ...profile.organisation, once: false } });
    },
  };
}
