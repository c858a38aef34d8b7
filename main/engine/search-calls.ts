import type { SearchCalls } from '../../app/contract-search';
import type { Implementation } from '../../app/rpc/derive';
import type { EngineCore } from './engine-core';

const MOST_SESSIONS = 200;

/** The engine's side of `SearchCalls`. */
export function searchCalls(core: EngineCore): Implementation<SearchCalls> {
  return {
    messageRow: ({ profileId, list, at, end }) =>
      core.runtime(profileId).upToDate().listRowAt(list, at, end),
    sessionChoices: async ({ profileId }) => {
      const history = core.runtime(profileId).upToDate();
      const { sessions } = await history.sessions(profileId, MOST_SESSIONS);
      return sessions.map(({ key, startedUs, endedUs, messages }) => ({
        ...{ key, startedUs, endedUs, messages },
      }));
    },
  };
}
