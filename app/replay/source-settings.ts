/** Which settings of a replay belong to what is replayed, and which to the person who replays. Pure. */
import type { ReplaySettings } from '../contract-replay';
import type { Selection } from '../selection';
import { DEFAULT_RULES } from './rules';

/** What was set for a source before this one, to be taken over on request. */
export interface EarlierReplay {
  readonly title: string;
  readonly settings: ReplaySettings;
}

/**
 * How a new source begins: target, speed and pauses stay as they were. Rules, rounds and marks were made for other
 * messages: a filter that is left over would silently leave out all of these.
 */
export function settingsForSource(before: ReplaySettings, selection: Selection): ReplaySettings {
  const { filters } = selection;
  const isSystem = filters.length > 0 && filters.every(isSystemFilter);
  const rules = { ...DEFAULT_RULES, skipSystem: !isSystem };
  return { ...before, rules, loops: 1, fromUs: null, toUs: null };
}

/** Whether a person set something that a new source would not have by itself. */
export function isSetForSource(settings: ReplaySettings, selection: Selection): boolean {
  return JSON.stringify(settings) !== JSON.stringify(settingsForSource(settings, selection));
}

/**
 * The rules and rounds of an earlier source for this one; its marks only where they are within what this one has, as
 * others would leave out everything.
 */
export function withEarlier(
  settings: ReplaySettings,
  { settings: earlier }: EarlierReplay,
  span: { readonly firstUs: number | null; readonly lastUs: number | null },
): ReplaySettings {
  const { rules, loops } = earlier;
  const within = (timeUs: number | null): number | null =>
    timeUs !== null && timeUs >= (span.firstUs ?? Infinity) && timeUs <= (span.lastUs ?? -Infinity)
      ? timeUs
      : null;
  return { ...settings, rules, loops, fromUs: within(earlier.fromUs), toUs: within(earlier.toUs) };
}

/** Who asks for `$SYS` alone wants it sent. */
function isSystemFilter(filter: string): boolean {
  return filter.startsWith('$');
}
