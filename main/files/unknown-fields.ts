import { isJsonObject, type JsonObject } from './json-object';

/** Fields that a file has and its schema does not know, by the place of the object that they belong to. */
export type UnknownFields = ReadonlyMap<string, JsonObject>;

/** What tells the entries of a list apart; without one of these, an entry cannot be found again. */
const NAMES = ['id', 'filter', 'name'] as const;

/** Gathers what parsing left out: a newer version wrote it, and is to find it again. */
export function unknownFields(raw: unknown, parsed: unknown): UnknownFields {
  const found = new Map<string, JsonObject>();
  gather(raw, parsed, '', found);
  return found;
}

/** The value with what it left out, wherever the object is still there. The value itself stays as it is. */
export function withUnknownFields(value: unknown, unknown: UnknownFields): unknown {
  return unknown.size === 0 ? value : restored(value, '', unknown);
}

function gather(
  raw: unknown,
  parsed: unknown,
  place: string,
  found: Map<string, JsonObject>,
): void {
  if (Array.isArray(raw) && Array.isArray(parsed)) {
    const entries = new Map(parsed.map((entry: unknown) => [nameOf(entry), entry]));
    for (const entry of raw as unknown[]) {
      const name = nameOf(entry);
      if (name !== null) gather(entry, entries.get(name), placeOf(place, name), found);
    }
    return;
  }
  if (!isJsonObject(raw) || !isJsonObject(parsed)) return;
  const left = Object.entries(raw).filter(([key]) => !Object.hasOwn(parsed, key));
  if (left.length > 0) found.set(place, Object.fromEntries(left));
  for (const [key, value] of Object.entries(raw))
    gather(value, Object.hasOwn(parsed, key) ? parsed[key] : undefined, `${place}/${key}`, found);
}

function restored(value: unknown, place: string, unknown: UnknownFields): unknown {
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => {
      const name = nameOf(entry);
      return name === null ? entry : restored(entry, placeOf(place, name), unknown);
    });
  }
  if (!isJsonObject(value)) return value;
  const known = Object.entries(value).map(([key, one]): [string, unknown] => [
    key,
    restored(one, `${place}/${key}`, unknown),
  ]);
  const left = Object.entries(unknown.get(place) ?? {}).filter(
    ([key]) => !Object.hasOwn(value, key),
  );
  return Object.fromEntries([...known, ...left]);
}

/** What has an id is the same wherever it stands: a connection that is deleted goes to another list. */
function placeOf(place: string, name: string): string {
  return name.startsWith('id=') ? name : `${place}/${name}`;
}

/** Null for what cannot be told from its neighbours. */
function nameOf(entry: unknown): string | null {
  if (!isJsonObject(entry)) return null;
  for (const key of NAMES) {
    const name = entry[key];
    if (typeof name === 'string') return `${key}=${name}`;
  }
  return null;
}
