import { openHistory } from '../history/sqlite-history';
import type { RecordingFile } from './recording-file';

/**
 * Closes a recording that a killed program left open: its session is ended, with a gap that says so.
 * @throws LoupeError `history-in-use`, `history-newer`, `history-unavailable`
 */
export async function heal(file: RecordingFile, threads: string): Promise<void> {
  const history = openHistory({ file: file.path, threads });
  const { profileId, startedMs } = file.notes;
  const { stored, oldestTimeUs } = history.totals(profileId);
  const { sessions } = await history.sessions(profileId, 1);
  const topics = await countTopics(history, profileId);
  await history.close();
  const newestTimeUs = sessions[0]?.lastTimeUs ?? null;
  const endedMs = Math.round((newestTimeUs ?? startedMs * 1_000) / 1_000);
  file.change({
    ...{ messages: stored, topics, oldestTimeUs, newestTimeUs, endedMs },
    interrupted: true,
  });
}

const PAGE = 5_000;

async function countTopics(
  history: ReturnType<typeof openHistory>,
  profileId: string,
): Promise<number> {
  let count = 0;
  for (let afterKey = 0; ;) {
    const page = await history.topics(profileId, afterKey, PAGE);
    count += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return count;
    afterKey = last.key;
  }
}
