import type { ManageCalls } from '../../app/contract-manage';
import { LoupeError } from '../../app/errors';
import type { Implementation } from '../../app/rpc/derive';
import { selectionWords } from '../../app/selection-words';
import type { Selection } from '../../app/selection';
import type { EngineCore } from './engine-core';
import { startJob } from './history/jobs';
import { readOnlyError } from './history/archived-history';

/** Sessions, deleting, recordings, repair. Arguments were checked before. */
export function manageCalls(core: EngineCore): Implementation<ManageCalls> {
  const countOf = async (selection: Selection) => {
    await core.runtime(selection.profileId).upToDate().settled();
    const { file, profileId } = core.pastOf(selection.profileId);
    const options = { file, selection: { ...selection, profileId } };
    return await startJob(core.threads, 'count', options).done;
  };
  /** What is written to belongs to a connection of one's own. */
  const own = (profileId: string, failed: string): void => {
    if (core.runtime(profileId).isArchived) throw readOnlyError(failed);
  };

  return {
    changeSession: ({ profileId, sessionKey, ...change }) => {
      own(profileId, 'The session cannot be changed');
      return core.history.changeSession(profileId, sessionKey, change);
    },
    countSelection: ({ selection }) => countOf(selection),
    deleteSelection: ({ selection, upToId, messages }) => {
      const { profileId, ...part } = selection;
      own(profileId, 'Nothing can be deleted');
      return core.history.delete(profileId, {
        selection: part,
        detail: `Deleted by hand: ${selectionWords(selection)}.`,
        upToId,
        expected: messages,
      });
    },

    startRecording: ({ profileId, filters, name }) => {
      own(profileId, 'It cannot be recorded');
      const { profile, state } = core.runtime(profileId);
      const isConnected = state.kind === 'connected';
      return { recordingId: core.recordings.start(profile, filters, name, isConnected) };
    },
    stopRecording: ({ recordingId }) => core.recordings.stop(recordingId),
    recordSelection: async ({ selection, name, note }) => {
      const { messages, keptMessages } = await countOf(selection);
      const expected = messages + keptMessages;
      if (expected === 0) {
        throw new LoupeError(
          'not-found',
          'Nothing is stored of what was chosen. Choose other topics or another time.',
        );
      }
      const { file, profileId } = core.pastOf(selection.profileId);
      const { profile } = core.runtime(selection.profileId);
      const source = { file, profile, expected, selection: { ...selection, profileId } };
      return { recordingId: core.recordings.copy(source, name, note) };
    },
    repairHistory: ({ path }) => ({ recordingId: core.repair(path) }),
    cancelRecording: ({ recordingId }) => {
      core.recordings.cancel(recordingId);
    },
    changeRecording: ({ recordingId, ...change }) => {
      core.recordings.change(recordingId, change);
    },
    deleteRecording: async ({ recordingId }) => ({
      undoMs: await core.recordings.delete(recordingId),
    }),
    restoreRecording: ({ recordingId }) => {
      core.recordings.restore(recordingId);
    },
    dismissDamage: ({ path }) => {
      core.dismissDamage(path);
    },
  };
}
