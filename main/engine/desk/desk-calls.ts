import type { DeskCalls } from '../../../app/contract-desk';
import type { Implementation } from '../../../app/rpc/derive';
import type { PublishDesk } from './publish-desk';

/** The publish desk's part of the contract. */
export function deskCalls(desk: PublishDesk): Implementation<DeskCalls> {
  const { templates, jobs, requests } = desk;
  return {
    encoders: () => desk.composer.encoders(),
    compose: ({ profileId, draft }) => desk.compose(profileId, draft),
    publishDraft: (order) => desk.publish(order),
    completeTopic: (request) => desk.complete(request),

    template: ({ id }) => templates.get(id),
    saveTemplate: ({ template }) => {
      templates.save(template);
    },
    deleteTemplate: ({ id }) => templates.delete(id),
    exportTemplates: ({ folder }) => templates.export(folder),
    previewTemplates: ({ bytes }) => templates.preview(bytes),
    importTemplates: ({ bytes }) => templates.import(bytes),

    csvHead: ({ path }) => jobs.head(path),
    startJob: async (order) => ({ jobId: await jobs.start(order) }),
    stopJob: ({ jobId }) => {
      jobs.stop(jobId);
    },
    stopJobs: () => {
      jobs.stopAll();
    },
    clearJobs: () => {
      jobs.clear();
    },

    startRequest: ({ timeoutMs, ...order }) => requests.start(order, timeoutMs),
    cancelRequest: ({ profileId }) => {
      requests.cancel(profileId);
    },
    closeRequest: ({ profileId }) => {
      requests.close(profileId);
    },
  };
}
