import * as v from 'valibot';
import { isJsonObject, type JsonObject } from './json-object';

/** An entry that cannot be understood, as it stands in its file. */
export interface SetAside {
  /** The list that it was in. */
  readonly list: string;
  readonly index: number;
  /** What is wrong with it, in words. */
  readonly reason: string;
  readonly entry: unknown;
}

export interface Salvaged<T> {
  readonly value: T;
  /** What the value was read from: the content without what is set aside. */
  readonly content: unknown;
  readonly setAside: readonly SetAside[];
}

/**
 * Reads what a settings file holds; entries of its lists that cannot be understood are left out, one by one, and named.
 * @throws ValiError when something else is wrong with it
 */
export function salvage<T>(
  schema: v.GenericSchema<unknown, T>,
  content: unknown,
  lists: readonly string[],
): Salvaged<T> {
  let rest = withIndices(content, lists);
  const setAside: SetAside[] = [];
  // A check may only look at an entry when another one found nothing: so it is read until all that is left is sound.
  for (;;) {
    const result = v.safeParse(schema, rest.content);
    if (result.success) return { value: result.output, content: rest.content, setAside };
    const bad = badEntries(result.issues, lists);
    if (bad === null) throw new v.ValiError(result.issues);
    setAside.push(...bad.map((one) => ({ ...one, index: rest.indexOf(one), entry: rest.at(one) })));
    rest = rest.without(bad);
  }
}

interface Place {
  readonly list: string;
  readonly index: number;
}
interface BadEntry extends Place {
  readonly reason: string;
}

/** The content of a file, whose entries know where they stood at first while others are taken out. */
function withIndices(content: unknown, lists: readonly string[]): Rest {
  const indices = new Map<string, readonly number[]>();
  for (const list of lists) {
    const entries = isJsonObject(content) ? content[list] : undefined;
    if (Array.isArray(entries)) indices.set(list, [...entries.keys()]);
  }
  return new Rest(content, indices);
}

class Rest {
  constructor(
    readonly content: unknown,
    private readonly indices: ReadonlyMap<string, readonly number[]>,
  ) {}

  indexOf({ list, index }: Place): number {
    return this.indices.get(list)?.[index] ?? index;
  }

  at({ list, index }: Place): unknown {
    return entriesOf(this.content, list)[index];
  }

  without(places: readonly Place[]): Rest {
    const content: Record<string, unknown> = { ...(this.content as JsonObject) };
    const indices = new Map(this.indices);
    for (const list of new Set(places.map((place) => place.list))) {
      const gone = new Set(places.filter((one) => one.list === list).map(({ index }) => index));
      const stays = (_: unknown, index: number): boolean => !gone.has(index);
      content[list] = entriesOf(content, list).filter(stays);
      indices.set(list, (indices.get(list) ?? []).filter(stays));
    }
    return new Rest(content, indices);
  }
}

function entriesOf(content: unknown, list: string): readonly unknown[] {
  const entries = isJsonObject(content) ? content[list] : undefined;
  return Array.isArray(entries) ? entries : [];
}

/** One for each entry with what is wrong first; null when something else than entries is wrong. */
function badEntries(
  issues: readonly v.BaseIssue<unknown>[],
  lists: readonly string[],
): BadEntry[] | null {
  const found = new Map<string, BadEntry>();
  for (const issue of issues) {
    const [list, index, ...field] = (issue.path ?? []).map(({ key }) => key);
    if (typeof list !== 'string' || typeof index !== 'number' || !lists.includes(list)) return null;
    const where = field.map(String).join('.');
    const reason = where === '' ? reasonOf(issue) : `${where}: ${reasonOf(issue)}`;
    const place = `${list}.${String(index)}`;
    if (!found.has(place)) found.set(place, { list, index, reason });
  }
  return [...found.values()];
}

const MOST_VALUE_CHARACTERS = 40;

/** Our schemas' own words; what they leave to the library is said in plainer ones. */
function reasonOf({ message, received, input, type }: v.BaseIssue<unknown>): string {
  if (!message.startsWith('Invalid ')) return message;
  if (received === 'undefined') return 'it is missing';
  const isChoice = type === 'picklist' || type === 'literal' || type === 'variant';
  return isChoice && typeof input === 'string'
    ? `“${input.slice(0, MOST_VALUE_CHARACTERS)}” is not known`
    : 'it is not of the kind that it must be';
}
