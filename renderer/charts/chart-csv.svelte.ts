import type { ChartExportSeries } from '../../app/contract-charts';
import type { Span } from '../../app/time/span';
import { FileJob } from '../files/file-job.svelte';
import { shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';
import { chartDialogs } from './chart-dialogs.svelte';
import type { ChartLine } from './chart-lines.svelte';

/** Asks where to, and has the engine write every value of a span; a dialog shows how far it is. */
export async function exportCsv(
  app: AppState,
  title: string,
  lines: readonly ChartLine[],
  { fromUs, toUs }: Span,
): Promise<void> {
  const suggestedName = title.replaceAll('/', '-').slice(0, 80);
  const path = await shell.chooseExportFile({ suggestedName, format: 'csv' });
  if (path === null) return;
  const series = lines
    .filter(({ series: { isHidden } }) => !isHidden)
    .map(({ source, unit }): ChartExportSeries => ({
      ...{ source, unit },
      connection: app.profiles.find(source.profileId)?.profile.name ?? '',
    }));
  const { jobId } = await app.engine.calls.startChartExport({
    ...{ series, path },
    fromUs: Math.floor(fromUs),
    toUs: Math.ceil(toUs),
  });
  chartDialogs.csv = new FileJob(app.engine, jobId);
}
