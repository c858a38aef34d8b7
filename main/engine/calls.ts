import type { EngineCalls } from '../../app/contract';
import { LoupeError } from '../../app/errors';
import type { Implementation } from '../../app/rpc/derive';
import type { EngineCore } from './engine-core';
import { chartCalls } from './charts/chart-calls';
import { decodingCalls } from './decoding/decoding-calls';
import { deskCalls } from './desk/desk-calls';
import { filesCalls } from './files/files-calls';
import { manageCalls } from './manage-calls';
import { packetCalls } from './packets/packets-calls';
import { retainedCalls } from './retained/retained-calls';
import { searchCalls } from './search-calls';
import { timeCalls } from './time-calls';
import { tlsCalls } from './tls/tls-calls';
import { treeCalls } from './tree-calls';
import { moveInCalls } from './move-in/move-in-calls';
import { replayCalls } from './replay/replay-calls';

/** The engine's side of the contract: each call finds its subject and hands on. Arguments were checked before. */
export function engineCalls(core: EngineCore): Implementation<EngineCalls> {
  return {
    ...manageCalls(core),
    ...filesCalls(core.files),
    ...decodingCalls(core.decoding),
    ...deskCalls(core.desk),
    ...chartCalls(core.charts),
    ...replayCalls(core.replay),
    ...tlsCalls(core),
    ...moveInCalls(core),
    saveProfile: ({ profile }) => core.saveProfile(profile),
    duplicateProfile: ({ profileId }) => {
      const copy = core.profiles.duplicate(profileId);
      core.charts.panels.copy(profileId, copy.id);
      core.listChanged();
      return copy;
    },
    deleteProfile: async ({ profileId }) => ({ undoMs: await core.deleteProfile(profileId) }),
    restoreProfile: ({ profileId }) => {
      core.restoreProfile(profileId);
    },

    connect: ({ profileId }) => core.connect(profileId),
    disconnect: ({ profileId }) => core.runtime(profileId).disconnect(),
    retryNow: ({ profileId }) => core.runtime(profileId).retryNow(),
    openDemo: async () => ({ profileId: await core.openDemo() }),

    openHistoryFile: async ({ path }) => ({ profileIds: await core.archives.open(path) }),
    closeHistoryFile: ({ path }) => core.archives.close(path),
    forgetHistoryFile: ({ path }) => core.archives.forget(path),

    ...treeCalls(core),
    ...timeCalls(core),

    historyPage: ({ profileId, topic, beforeId, atUs = null, limit, previewBytes }) => {
      const runtime = core.runtime(profileId);
      const history = runtime.upToDate();
      const topicKey = runtime.tree.topic(topic)?.topicKey ?? 0;
      if (topicKey === 0) return { messages: [], more: false };
      return history.page({ topicKey, beforeId, atUs, limit, previewBytes });
    },
    message: async ({ profileId, id, maxBytes }) => {
      const message = await core.runtime(profileId).upToDate().message(profileId, id, maxBytes);
      if (!message) {
        throw new LoupeError(
          'not-found',
          'That message is no longer stored: the history keeps the newest ones within its limit.',
        );
      }
      return message;
    },
    payloadPart: (arg) => core.payloads.part(arg),

    publish: ({ profileId, ...message }) => core.runtime(profileId).publish(message),
    recentPayload: ({ profileId, id }) => core.runtime(profileId).publishLog.payload(id),
    forgetPublishes: ({ profileId }) => {
      core.runtime(profileId).publishLog.clear();
    },
    clearRetained: async ({ profileId, topic }) => ({
      undoId: await core.runtime(profileId).retained.clear(topic),
    }),
    restoreRetained: ({ profileId, undoId }) => core.runtime(profileId).retained.restore(undoId),
    ...searchCalls(core),
    ...packetCalls(core),
    ...retainedCalls(core),
  };
}
