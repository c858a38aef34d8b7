import { existsSync } from 'node:fs';
import { open as openFile, type FileHandle } from 'node:fs/promises';
import { messageOf } from '../../../app/errors';
import type { ConnectionsSource } from '../../../app/contract-move-in';
import { readEnvironment, type Environment } from '../../../app/move-in/environment';
import { isOwnFile, parseOwnContent, parseOwnFile } from '../../../app/move-in/own-file';
import { parse, readConnections, unreadable, type Imported } from '../../../app/move-in/read-text';
import { candidateOf, ownCandidate } from '../../../app/move-in/to-profile';
import type { ImportedFile } from '../../../app/move-in/imported-profile';
import { isCredential } from '../mqtt/certificate-formats';
import { open } from './lock';
import { readMqttxDatabase } from './mqttx-database';
import type { ReadResult } from './protocol';

/** Far more than connections take; an export of MQTTX may have messages too. */
const MOST_BYTES = 64_000_000;
const MOST_CREDENTIAL_BYTES = 4 * 1024 * 1024;
const SQLITE = 'SQLite format 3\0';

/** @throws LoupeError `file-unreadable` */
export async function readSource(
  from: ConnectionsSource,
  passphrase: string | null,
): Promise<ReadResult> {
  switch (from.kind) {
    case 'environment':
      return resultOf({
        program: 'mqttui',
        profiles: readEnvironment(environment()),
        problems: [],
      });
    case 'text':
      return await readText(from.text, passphrase);
    case 'file': {
      const bytes = await readBytes(from.path);
      if (bytes !== 'database') return await readText(bytes.toString('utf8'), passphrase);
      const profiles = await readMqttxDatabase(from.path);
      return resultOf({ program: 'MQTTX', profiles, problems: [] });
    }
  }
}

export function environment(): Environment {
  return new Map(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

async function readText(text: string, passphrase: string | null): Promise<ReadResult> {
  if (/^\uFEFF?\s*\{/u.test(text) && text.includes('mqtt-loupe-connections')) {
    const json = parse(text.replace(/^\uFEFF/u, ''));
    if (isOwnFile(json)) return await readOwn(json, passphrase);
  }
  return resultOf(readConnections(text));
}

async function readOwn(json: unknown, passphrase: string | null): Promise<ReadResult> {
  const file = parseOwnFile(json);
  if (file.kind === 'plain') return ownResult(file.data);
  if (passphrase === null) return { kind: 'locked', wasWrong: false };
  const plain = await open(file.lock, file.data, passphrase);
  return plain === null ? { kind: 'locked', wasWrong: true } : ownResult(parse(plain));
}

function ownResult(json: unknown): ReadResult {
  const { profiles, secrets, problems } = parseOwnContent(json);
  const candidates = profiles.map((profile) => {
    const own = secrets.filter(([profileId]) => profileId === profile.id);
    return ownCandidate(profile, new Map(own.map(([, name, value]) => [name, value])));
  });
  return { kind: 'read', program: 'MQTT Loupe', candidates, problems };
}

function resultOf({ program, profiles, problems }: Imported): ReadResult {
  const candidates = profiles.map((profile) => candidateOf(profile, isUsable));
  return { kind: 'read', program, candidates, problems };
}

function isUsable(file: ImportedFile): boolean {
  return file.kind === 'file' ? existsSync(file.path) : isCredential(bytesOf(file.base64));
}

function bytesOf(base64: string): Buffer {
  return base64.length > MOST_CREDENTIAL_BYTES * 2
    ? Buffer.alloc(0)
    : Buffer.from(base64, 'base64');
}

async function readBytes(path: string): Promise<Buffer | 'database'> {
  let file: FileHandle | undefined;
  try {
    file = await openFile(path, 'r');
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is no file');
    const begin = Buffer.alloc(SQLITE.length);
    await file.read(begin, 0, begin.length, 0);
    if (begin.toString('latin1') === SQLITE) return 'database';
    if (found.size > MOST_BYTES) throw new Error('it is larger than 64 MB');
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(`${path} could not be read (${messageOf(error)})`);
  } finally {
    await file?.close();
  }
}
