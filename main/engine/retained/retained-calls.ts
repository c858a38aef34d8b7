import type { RetainedCalls } from '../../../app/contract-retained';
import type { Implementation } from '../../../app/rpc/derive';
import { readOnlyError } from '../history/archived-history';
import type { EngineCore } from '../engine-core';
import type { ProfileRuntime } from '../profile-runtime';
import type { RetainedSets } from './retained-sets';

/** The retained messages' side of the contract. */
export function retainedCalls(core: EngineCore): Implementation<RetainedCalls> {
  const live = (profileId: string): ProfileRuntime => {
    const runtime = core.runtime(profileId);
    if (runtime.isArchived) throw readOnlyError('There is no broker behind it');
    return runtime;
  };
  const setsOf = (profileId: string): RetainedSets => core.retainedOf(live(profileId));
  return {
    listRetained: ({ profileId, filter }) => {
      setsOf(profileId).list(filter);
    },
    cancelRetained: ({ profileId }) => {
      setsOf(profileId).cancel();
    },
    selectRetained: ({ profileId, select }) => {
      setsOf(profileId).select(select);
    },
    retainedTopics: ({ profileId }) => setsOf(profileId).topicsOfSelected(),
    clearRetainedSet: (order) => {
      setsOf(order.profileId).clear(order);
    },
    undoRetainedSet: ({ profileId, undoId, conflicts, perSecond, confirmation }) => {
      setsOf(profileId).undo(undoId, conflicts, perSecond, confirmation);
    },
    forgetUndo: ({ profileId, undoId }) => setsOf(profileId).forgetUndo(undoId),
    planRetainedCopy: ({ profileId, scope, targetId, mapping }) =>
      setsOf(profileId).planCopy(scope, live(targetId), mapping),
    copyRetained: ({ targetId, mapping, ...order }) =>
      setsOf(order.profileId).copy(order, live(targetId), mapping),
  };
}
