/** How connections stand on their page: favourites, then folders, then the rest. */
import type { ProfileSummary } from '../../app/contract';
import { brokerUrl } from '../../app/profile';
import { foldText } from '../../app/search/fold';

export type GroupKind = 'favourites' | 'folder' | 'rest';

export interface ConnectionGroup {
  readonly kind: GroupKind;
  /** The folder; empty for the others. */
  readonly folder: string;
  readonly members: readonly ProfileSummary[];
}

/** @param search text that a name, an address or a folder has; empty for all */
export function groupsOf(
  connections: readonly ProfileSummary[],
  search: string,
): readonly ConnectionGroup[] {
  const matching = connections.filter((one) => matches(one, foldText(search.trim())));
  const favourites = matching.filter(({ profile }) => profile.organisation.favourite);
  const folders = new Map<string, ProfileSummary[]>();
  for (const one of matching) {
    const { favourite, folder } = one.profile.organisation;
    if (favourite) continue;
    const members = folders.get(folder);
    if (members) members.push(one);
    else folders.set(folder, [one]);
  }
  const rest = folders.get('') ?? [];
  folders.delete('');
  const named = [...folders]
    .toSorted(([a], [b]) => COLLATOR.compare(a, b))
    .map(([folder, members]): ConnectionGroup => ({ kind: 'folder', folder, members }));
  const group = (kind: GroupKind, members: readonly ProfileSummary[]): ConnectionGroup[] =>
    members.length === 0 ? [] : [{ kind, folder: '', members }];
  return [...group('favourites', favourites), ...named, ...group('rest', rest)];
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

function matches({ profile }: ProfileSummary, folded: string): boolean {
  if (folded === '') return true;
  const texts = [profile.name, brokerUrl(profile), profile.organisation.folder];
  return texts.some((text) => foldText(text).includes(folded));
}

/** Where a connection goes: its folder, and its place in the list of all once it was taken out. */
export interface Place {
  readonly folder: string;
  readonly index: number;
}

/**
 * Where a step up or down leads: past a neighbour, or over the edge into the next folder. Null at the end, and for
 * favourites at theirs.
 */
export function placeAfterStep(
  order: readonly ProfileSummary[],
  profileId: string,
  step: 1 | -1,
): Place | null {
  const groups = groupsOf(order, '');
  const at = groups.findIndex(({ members }) => indexOf(members, profileId) >= 0);
  const group = groups[at];
  if (!group) return null;
  const neighbour = group.members[indexOf(group.members, profileId) + step];
  const { folder } = order[indexOf(order, profileId)]?.profile.organisation ?? { folder: '' };
  if (neighbour) return { folder, index: indexOf(order, neighbour.profile.id) };
  const next = groups[at + step];
  if (!next || group.kind === 'favourites' || next.kind === 'favourites') return null;
  return placeIn(order, profileId, next, step === 1 ? 'first' : 'last');
}

/** The first or last place of a group. */
export function placeIn(
  order: readonly ProfileSummary[],
  profileId: string,
  group: ConnectionGroup,
  which: 'first' | 'last',
): Place {
  const others = order.filter(({ profile }) => profile.id !== profileId);
  const member = group.members
    .filter(({ profile }) => profile.id !== profileId)
    .at(which === 'first' ? 0 : -1);
  if (!member) return { folder: group.folder, index: others.length };
  const index = indexOf(others, member.profile.id);
  return { folder: group.folder, index: which === 'first' ? index : index + 1 };
}

/** The place of another connection, which makes room: for one from above it moves up, else down. */
export function placeOf(
  order: readonly ProfileSummary[],
  target: ProfileSummary,
  group: ConnectionGroup,
  dragged: ProfileSummary,
): Place {
  const isFavourites = group.kind === 'favourites';
  return {
    folder: isFavourites ? dragged.profile.organisation.folder : group.folder,
    index: indexOf(order, target.profile.id),
  };
}

function indexOf(list: readonly ProfileSummary[], profileId: string): number {
  return list.findIndex(({ profile }) => profile.id === profileId);
}
