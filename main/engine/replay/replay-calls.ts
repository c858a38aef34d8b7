import type { ReplayCalls } from '../../../app/contract-replay';
import type { Implementation } from '../../../app/rpc/derive';
import type { ReplayDesk } from './replay-desk';

/** The replay's side of the contract. */
export function replayCalls(desk: ReplayDesk): Implementation<ReplayCalls> {
  return {
    prepareReplay: ({ selection, title }) => desk.prepare(selection, title),
    closeReplay: () => desk.letGo(),
    setReplay: ({ settings }) => {
      desk.set(settings);
    },
    dryRunReplay: () => {
      desk.dryRun();
    },
    cancelDryRun: () => desk.cancelDryRun(),
    dryRunTopics: ({ limit }) => desk.topics(limit),
    previewReplay: ({ rules, limit }) => desk.preview(rules, limit),
    startReplay: ({ confirmation }) => {
      desk.start(confirmation);
    },
    pauseReplay: () => {
      desk.running?.pause();
    },
    resumeReplay: () => {
      desk.running?.resume();
    },
    stepReplay: () => {
      desk.running?.step();
    },
    seekReplay: ({ timeUs }) => {
      desk.running?.seek(timeUs);
    },
    stopReplay: () => {
      desk.running?.stop();
    },
  };
}
