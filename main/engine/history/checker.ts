import type { Database } from './driver';
import { ROW_BYTES } from './layout';

/** Of one kind of damage, so many examples are named. */
const EXAMPLES = 5;

interface Check {
  readonly sql: string;
  readonly words: (row: Readonly<Record<string, unknown>>) => string;
}

/** What must hold besides the soundness of the file itself; each finds what is wrong. */
const checks: readonly Check[] = [
  {
    sql: `WITH actual AS (
        SELECT topics.profile, count(*) AS messages, sum(length(payload) + rest_bytes +
          coalesce(length(properties), 0) + ${String(ROW_BYTES)}) AS bytes
        FROM messages JOIN topics ON topics.key = messages.topic GROUP BY topics.profile)
      SELECT id, stored - pruned AS counted, coalesce(actual.messages, 0) AS messages,
        profiles.bytes AS counted_bytes, coalesce(actual.bytes, 0) AS bytes
      FROM profiles LEFT JOIN actual ON profile = key
      WHERE counted <> coalesce(actual.messages, 0) OR counted_bytes <> coalesce(actual.bytes, 0)`,
    words: (row) =>
      `profile ${text(row['id'])}: ${text(row['counted'])} messages (${text(row['counted_bytes'])} bytes) were counted, ` +
      `${text(row['messages'])} (${text(row['bytes'])} bytes) are there`,
  },
  {
    sql: `SELECT id, stored, (SELECT coalesce(sum(count), 0) FROM topics WHERE profile = profiles.key) AS by_topic,
        (SELECT coalesce(sum(stored), 0) FROM sessions WHERE profile = profiles.key) AS by_session
      FROM profiles WHERE stored <> by_topic OR stored <> by_session`,
    words: (row) =>
      `profile ${text(row['id'])}: ${text(row['stored'])} stored in all, but ${text(row['by_topic'])} by topic and ` +
      `${text(row['by_session'])} by session`,
  },
  {
    sql: 'SELECT id FROM messages WHERE topic NOT IN (SELECT key FROM topics)',
    words: (row) => `message ${text(row['id'])} belongs to no topic`,
  },
  {
    sql: `SELECT id FROM messages WHERE NOT EXISTS (SELECT 1 FROM spans
        WHERE spans.session = messages.session AND messages.id BETWEEN first_id AND last_id)`,
    words: (row) => `message ${text(row['id'])} is in no span of its session`,
  },
  {
    sql: 'SELECT DISTINCT message AS id FROM message_parts WHERE message NOT IN (SELECT id FROM messages)',
    words: (row) => `parts of a payload have no message: ${text(row['id'])}`,
  },
  {
    sql: `SELECT id, rest_bytes, (SELECT coalesce(sum(length(bytes)), 0) FROM message_parts WHERE message = id) AS bytes
      FROM messages WHERE rest_bytes > 0 AND bytes <> rest_bytes`,
    words: (row) =>
      `message ${text(row['id'])}: ${text(row['bytes'])} of the ${text(row['rest_bytes'])} bytes of the end of its ` +
      'payload are there',
  },
  {
    sql: 'SELECT max(id) AS id, next_message FROM messages, position HAVING max(id) >= next_message',
    words: (row) =>
      `message ${text(row['id'])} stands beyond the next number, ${text(row['next_message'])}`,
  },
];

/** What is wrong, in words; empty when all is sound. One snapshot of the file, also while it is written. */
export function problemsOf(database: Database): string[] {
  const look = database.transaction(() => {
    const damages = database.pragma('integrity_check(20)') as { integrity_check: string }[];
    const problems = damages.map((row) => row.integrity_check).filter((words) => words !== 'ok');
    // What a damaged file would answer says nothing.
    if (problems.length > 0) return problems;
    return checks.flatMap((check) => problemsOfOne(database, check));
  });
  return look.deferred();
}

function problemsOfOne(database: Database, { sql, words }: Check): string[] {
  const rows = database
    .prepare<unknown[], Record<string, unknown>>(`${sql} LIMIT ${String(EXAMPLES + 1)}`)
    .all();
  const problems = rows.slice(0, EXAMPLES).map(words);
  if (rows.length > EXAMPLES) problems.push('… and more of the same kind');
  return problems;
}

function text(value: unknown): string {
  return String(value);
}
