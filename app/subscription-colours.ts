import type { ProfileColour } from './profile-colours';
import { matchedFilter, type Subscription } from './subscription';

/** A subscription by which a topic comes, and that has a colour. */
export interface ColouredSubscription {
  readonly filter: string;
  readonly colour: ProfileColour;
  readonly identifier: number | null;
}

/** Says by which of the coloured subscriptions a topic comes, in the order of the profile. */
export type ColourBook = (
  topic: string,
  /** Subscription identifiers that came with the message (MQTT 5.0 §3.3.2.3.8), where it is one. */
  identifiers?: readonly number[],
) => readonly ColouredSubscription[];

interface Level {
  readonly below: Map<string, Level>;
  /** Places in the list of those that end here, and of those that end with a `#` here. */
  readonly exact: number[];
  readonly all: number[];
}

const NONE: readonly ColouredSubscription[] = [];

/** Filters put together level by level, so that a thousand of them cost a topic no more than its own levels. */
export function colourBook(subscriptions: readonly Subscription[]): ColourBook {
  const coloured = subscriptions.flatMap(({ filter, colour, identifier }) =>
    colour ? [{ filter, colour, identifier: identifier ?? null }] : [],
  );
  if (coloured.length === 0) return () => NONE;
  const root = newLevel();
  for (const [place, { filter }] of coloured.entries()) add(root, matchedFilter(filter), place);
  return (topic, identifiers = []) => {
    const places = placesOf(root, topic);
    const found = places.toSorted((a, b) => a - b).flatMap((place) => coloured[place] ?? []);
    return identifiers.length === 0 ? found : named(found, identifiers);
  };
}

/** The broker says itself by which it came; a filter without an identifier is never named. */
function named(
  found: readonly ColouredSubscription[],
  identifiers: readonly number[],
): readonly ColouredSubscription[] {
  return found.filter(({ identifier }) => identifier === null || identifiers.includes(identifier));
}

function newLevel(): Level {
  return { below: new Map(), exact: [], all: [] };
}

function add(root: Level, filter: string, place: number): void {
  let level = root;
  for (const name of filter.split('/')) {
    if (name === '#') {
      level.all.push(place);
      return;
    }
    let next = level.below.get(name);
    if (!next) level.below.set(name, (next = newLevel()));
    level = next;
  }
  level.exact.push(place);
}

/** As `topicMatches`: wildcards of the first level leave out names that begin with `$` [MQTT-4.7.2-1]. */
function placesOf(root: Level, topic: string): number[] {
  const isOwn = topic.startsWith('$');
  const found: number[] = isOwn ? [] : [...root.all];
  let levels = [root];
  for (const [depth, name] of topic.split('/').entries()) {
    levels = levels.flatMap(({ below }) => {
      const exact = below.get(name);
      const any = isOwn && depth === 0 ? undefined : below.get('+');
      return [exact, any].filter((level) => level !== undefined);
    });
    if (levels.length === 0) return found;
    for (const { all } of levels) found.push(...all);
  }
  for (const { exact } of levels) found.push(...exact);
  return found;
}
