import type { SelectionCount, SelectionQuery } from './archive';
import type { Database } from './driver';
import type { QueriedTopic } from './message-query';
import { topicsOf } from './run';
import { RunSource, type Run, type Unit } from './run-source';

interface Range {
  readonly fromId: number;
  readonly toId: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Counts messages by what units and runs say of themselves; only those at the bounds of the range are looked into. */
export function countMessages(
  database: Database,
  query: SelectionQuery,
  topics: ReadonlyMap<number, QueriedTopic>,
  look: () => void,
): SelectionCount {
  const source = new RunSource(database);
  const ids = idsOfSession(database, query.sessionKey);
  const range = { ...ids, fromUs: query.fromUs ?? -Infinity, toUs: query.toUs ?? Infinity };
  const seen = new Set<number>();
  let messages = 0;
  for (const profile of new Set([...topics.values()].map((topic) => topic.profile))) {
    for (let after = range.fromId - 1; ;) {
      look();
      // A transaction a unit, so that a writer's journal does not grow meanwhile.
      const step = database.transaction(() => {
        const unit = source.next(profile, after);
        return unit && { lastId: unit.lastId, count: countIn(source, unit, range, topics, seen) };
      });
      const done = step.deferred();
      if (done === undefined) break;
      messages += done.count;
      after = done.lastId;
      if (after >= range.toId) break;
    }
  }
  return { messages, topics: seen.size };
}

/** A session has the ids from its first one up to the first one of the next session of its profile. */
function idsOfSession(
  database: Database,
  sessionKey: number | null,
): { readonly fromId: number; readonly toId: number } {
  if (sessionKey === null) return { fromId: 1, toId: Infinity };
  const bounds = database.prepare<unknown[], { fromId: number | null; toId: number | null }>(
    'SELECT first_id AS fromId, last_id AS toId FROM sessions WHERE key = ?',
  );
  const found = bounds.get(sessionKey);
  return { fromId: found?.fromId ?? Infinity, toId: found?.toId ?? -Infinity };
}

function countIn(
  source: RunSource,
  unit: Unit,
  range: Range,
  topics: ReadonlyMap<number, unknown>,
  seen: Set<number>,
): number {
  if (unit.lastUs < range.fromUs || unit.firstUs > range.toUs || unit.firstId > range.toId)
    return 0;
  let count = 0;
  for (const run of source.runs(unit)) count += countOfRun(run, range, topics, seen);
  return count;
}

function countOfRun(
  run: Run,
  range: Range,
  topics: ReadonlyMap<number, unknown>,
  seen: Set<number>,
): number {
  const { bounds } = run;
  const isWhole =
    bounds.firstId >= range.fromId &&
    bounds.lastId <= range.toId &&
    bounds.firstUs >= range.fromUs &&
    bounds.lastUs <= range.toUs;
  let messages = 0;
  if (isWhole) {
    for (const { topic, count } of topicsOf(run.topics)) {
      if (!topics.has(topic)) continue;
      seen.add(topic);
      messages += count;
    }
    return messages;
  }
  const { heads } = run;
  for (let at = 0; at < heads.length; at++) {
    const [id, timeUs, topic] = [heads.ids[at] ?? 0, heads.timesUs[at] ?? 0, heads.topics[at] ?? 0];
    const isMeant = id >= range.fromId && id <= range.toId && topics.has(topic);
    if (!isMeant || timeUs < range.fromUs || timeUs > range.toUs) continue;
    seen.add(topic);
    messages += 1;
  }
  return messages;
}
