import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { FoundConnections } from '../../../app/contract-move-in';
import { connectionKey } from '../../../app/move-in/same-connection';
import { usualPlaces, type Program } from '../../../app/move-in/usual-places';
import { environment, readSource } from './read-source';

/**
 * Other programs' connections in their usual places. What cannot be read is not found: nobody asked for it yet.
 * @param known keys of the connections that are here already
 */
export async function findSources(
  known: ReadonlySet<string>,
): Promise<readonly FoundConnections[]> {
  const variables = environment();
  const surroundings = {
    platform: process.platform,
    home: variables.get('HOME') ?? homedir(),
    environment: variables,
  };
  const places: { program: Program; path: string | null }[] = usualPlaces(surroundings).filter(
    ({ path }) => existsSync(path),
  );
  if (variables.has('MQTTUI_BROKER')) places.push({ program: 'mqttui', path: null });
  const found: FoundConnections[] = [];
  for (const { program, path } of places) {
    const connections = await countNew(path, known);
    if (connections > 0) found.push({ program, path, connections });
  }
  return found;
}

async function countNew(path: string | null, known: ReadonlySet<string>): Promise<number> {
  try {
    const from =
      path === null ? ({ kind: 'environment' } as const) : ({ kind: 'file', path } as const);
    const result = await readSource(from, null);
    if (result.kind === 'locked') return 0;
    return result.candidates.filter(
      ({ isWanted, fields }) => isWanted && !known.has(connectionKey(fields)),
    ).length;
  } catch {
    return 0;
  }
}
