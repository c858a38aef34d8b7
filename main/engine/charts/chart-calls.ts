import type { ChartCalls } from '../../../app/contract-charts';
import type { Implementation } from '../../../app/rpc/derive';
import type { ChartDesk } from './chart-desk';

/** The charts' part of the contract. */
export function chartCalls(desk: ChartDesk): Implementation<ChartCalls> {
  return {
    saveCharts: ({ profileId, panels }) => {
      desk.panels.setPanels(profileId, panels);
    },
    chartCandidates: (arg) => desk.candidates(arg),
    startChartExport: async (arg) => ({ jobId: await desk.startExport(arg) }),
  };
}
