import type { TimeCalls } from '../../app/contract-time';
import type { Implementation } from '../../app/rpc/derive';
import type { EngineCore } from './engine-core';

/** After all messages. */
const LIVE = Infinity;

/** What the time machine answers. */
export function timeCalls(core: EngineCore): Implementation<TimeCalls> {
  return {
    stepMessage: ({ profileId, scope, atUs, direction }) => {
      // After now nothing has come yet.
      if (atUs === null && direction === 'next') return null;
      const { past } = core.runtime(profileId);
      // What comes next may have come just now.
      const settled = past.settle(direction === 'next' ? LIVE : (atUs ?? LIVE));
      return past.moments.ask('step', { scope, atUs: atUs ?? LIVE, direction }, settled);
    },
    setMark: ({ profileId, mark }) => {
      core.runtime(profileId);
      core.memory.setMark(profileId, mark);
    },
    removeMark: ({ profileId, markId }) => {
      core.memory.removeMark(profileId, markId);
    },
  };
}
