import { BatchWriter } from './batch-writer';
import type { Database, Statement } from './driver';
import type { PackedBatch } from './writer-protocol';

/** Messages of a batch that is made of rows. */
const STEP = 5_000;

interface Row {
  readonly id: number;
  readonly topic: number;
  readonly time_us: number;
  readonly flags: number;
  readonly packet_id: number;
  readonly rest_bytes: number;
  readonly properties: Uint8Array | null;
  readonly payload: Uint8Array;
}

/**
 * Formats 1 and 2 had a row for each message: makes batches of them, all in one transaction, and takes the old tables
 * away. Does nothing where there are none.
 */
export function convertRows(database: Database): void {
  if (!hasRows(database)) return;
  database
    .transaction(() => {
      takeFromTopics(database);
      const writer = new BatchWriter(database);
      const profiles = database.prepare<unknown[], number>('SELECT key FROM profiles').pluck();
      for (const profile of profiles.all()) convertProfile(database, writer, profile);
      database.exec('DROP TABLE messages; DROP TABLE spans;');
    })
    .immediate();
}

/** Whether there are messages that were not converted yet; so it stays when converting is cut off. */
export function hasRows(database: Database): boolean {
  const table = database.prepare(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'messages'",
  );
  return table.get() !== undefined;
}

/** A topic's row no longer counts what stands in batches. */
function takeFromTopics(database: Database): void {
  database.exec(
    `UPDATE topics SET last_id = 0, count = count - stored FROM
       (SELECT topic, count(*) AS stored FROM messages GROUP BY topic) WHERE topic = topics.key`,
  );
  database.exec('UPDATE profiles SET bytes = 0');
}

function convertProfile(database: Database, writer: BatchWriter, profile: number): void {
  const rows: Statement<Row> = database.prepare(
    `SELECT messages.id, topic, time_us, flags, packet_id, rest_bytes, properties, payload
     FROM messages JOIN topics ON topics.key = topic
     WHERE topics.profile = ? AND messages.id > ? ORDER BY messages.id LIMIT ?`,
  );
  for (let after = 0; ;) {
    const step = rows.all(profile, after, STEP);
    const last = step.at(-1);
    if (last === undefined) return;
    writer.adopt(profile, packRows(step), restBytes(step));
    after = last.id;
  }
}

/** The ends of large payloads stay where they are, in `message_parts`. */
function restBytes(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + row.rest_bytes, 0);
}

function packRows(rows: readonly Row[]): PackedBatch {
  const parts = rows.flatMap((row) => [row.properties ?? new Uint8Array(0), row.payload]);
  const body = new Uint8Array(Buffer.concat(parts));
  return {
    length: rows.length,
    ids: Float64Array.from(rows, (row) => row.id),
    timesUs: Float64Array.from(rows, (row) => row.time_us),
    topics: Uint32Array.from(rows, (row) => row.topic),
    flags: Uint8Array.from(rows, (row) => row.flags),
    packetIds: Uint16Array.from(rows, (row) => row.packet_id),
    properties: Uint32Array.from(rows, (row) =>
      row.properties === null ? 0 : row.properties.length + 1,
    ),
    sizes: Uint32Array.from(rows, (row) => row.payload.length + row.rest_bytes),
    body,
  };
}
