import type { ArchiveSummary } from '../../app/contract';
import { formatDate, formatTime } from '../../app/payload/format';

/** When it was recorded, in local time: `2026-11-20 09:12 – 11:40`; with both dates where they differ. */
export function periodOf({ oldestTimeUs, newestTimeUs }: ArchiveSummary): string {
  if (oldestTimeUs === null || newestTimeUs === null) return 'nothing recorded yet';
  const [from, to] = [oldestTimeUs / 1000, newestTimeUs / 1000];
  const begin = `${formatDate(from)} ${minutes(from)}`;
  if (formatDate(from) !== formatDate(to)) return `${begin} – ${formatDate(to)} ${minutes(to)}`;
  return minutes(from) === minutes(to) ? begin : `${begin} – ${minutes(to)}`;
}

/** The name of the file, without its folder. */
export function fileNameOf(path: string): string {
  return path.split(/[/\\]/u).at(-1) ?? path;
}

function minutes(timeMs: number): string {
  return formatTime(timeMs).slice(0, 5);
}
