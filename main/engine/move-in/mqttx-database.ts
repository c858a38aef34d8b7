/** `MQTTX.db`, read from a copy: MQTTX may be running, and its file is not ours to touch. */
import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../app/errors';
import { Entry } from '../../../app/move-in/entry';
import type { ImportedProfile } from '../../../app/move-in/imported-profile';
import { readMqttxConnection } from '../../../app/move-in/mqttx';
import { unreadable } from '../../../app/move-in/read-text';
import { openForReading, type Database } from '../history/driver';

type Row = Readonly<Record<string, unknown>>;

/** It keeps every message that it received: a copy of more would fill a disk. */
const MOST_BYTES = 8_000_000_000;
const MOST_ROWS = 20_000;

/** @throws LoupeError `file-unreadable` */
export async function readMqttxDatabase(path: string): Promise<readonly ImportedProfile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mqtt-loupe-import-'));
  try {
    const copy = join(folder, 'copy.db');
    await copyDatabase(path, copy);
    return readCopy(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyDatabase(path: string, copy: string): Promise<void> {
  const { size } = await stat(path);
  if (size > MOST_BYTES) {
    throw unreadable('the database is larger than 8 GB. Export its connections as JSON in MQTTX');
  }
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    await copyFile(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE).catch(ifThere);
  } catch (error) {
    throw unreadable(`the database could not be copied (${messageOf(error)})`);
  }
}

/** There is one only while changes wait to be put into the database. */
function ifThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function readCopy(copy: string): readonly ImportedProfile[] {
  let database: Database | undefined;
  try {
    database = openForReading(copy);
    return connectionsOf(database);
  } catch (error) {
    throw unreadable(`the database could not be read (${messageOf(error)})`);
  } finally {
    database?.close();
  }
}

function connectionsOf(database: Database): readonly ImportedProfile[] {
  const rows = rowsOf(database, 'ConnectionEntity');
  if (rows === null) throw new Error('it has no connections of MQTTX');
  const wills = byId(rowsOf(database, 'WillEntity') ?? [], 'id');
  const folders = foldersOf(rowsOf(database, 'CollectionEntity') ?? []);
  const subscriptions = byConnection(rowsOf(database, 'SubscriptionEntity') ?? []);
  return rows
    .toSorted((a, b) => Number(a['orderId'] ?? 0) - Number(b['orderId'] ?? 0))
    .map((row) =>
      readMqttxConnection(
        new Entry({
          ...row,
          clientId: row['client_id'],
          folder: folders.get(String(row['parent_id'])) ?? '',
          subscriptions: subscriptions.get(String(row['id'])) ?? [],
          will: wills.get(String(row['willId'])),
        }),
      ),
    );
}

/** Null when there is no such table: which there are depends on the version. */
function rowsOf(database: Database, table: string): readonly Row[] | null {
  const found = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(table);
  if (found === undefined) return null;
  return database.prepare(`SELECT * FROM "${table}" LIMIT ${String(MOST_ROWS)}`).all() as Row[];
}

function byId(rows: readonly Row[], name: string): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [String(row[name]), row]));
}

function byConnection(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = String(row['connection_id']);
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}

/** Names of the collections with those above them: `Plant / Line 1`. A loop among them ends. */
function foldersOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  const collections = byId(rows, 'id');
  const nameOf = (id: string, seen: ReadonlySet<string>): string => {
    const row = collections.get(id);
    if (row === undefined || seen.has(id)) return '';
    const above = nameOf(String(row['parentId']), new Set([...seen, id]));
    const name = typeof row['name'] === 'string' ? row['name'] : '';
    return above === '' ? name : `${above} / ${name}`;
  };
  return new Map([...collections.keys()].map((id) => [id, nameOf(id, new Set())]));
}
