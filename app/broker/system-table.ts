/** How what a broker publishes of itself below `$SYS` becomes readable figures. */

/**
 * What a figure is: an amount now; a total since the broker's start, of which the difference from reading to reading says
 * more; an average per minute; and each of these in bytes.
 */
export type FigureKind =
  | 'count'
  | 'total'
  | 'perMinute'
  | 'bytes'
  | 'totalBytes'
  | 'bytesPerMinute'
  | 'percent'
  | 'duration'
  | 'text';

export const FIGURE_GROUPS = [
  'Broker',
  'Clients',
  'Messages',
  'Traffic',
  'Subscriptions and retained',
  'Load',
  'Resources',
] as const;
export type FigureGroup = (typeof FIGURE_GROUPS)[number];

/** A topic behind the table's prefix, what it is called, what it is, and where it stands. */
export type FigureRule = readonly [
  topic: string,
  label: string,
  kind: FigureKind,
  group: FigureGroup,
];

/** What one broker publishes. */
export interface SystemTable {
  /** As its makers write it. */
  readonly name: string;
  /** Matches the part of a topic before those of the rules; its first group, where it has one, names the node. */
  readonly prefix: RegExp;
  /**
   * How surely the topics are this broker's; 0 for not at all.
   * @param values topic → its last value, all below `$SYS`
   */
  readonly recognise: (values: ReadonlyMap<string, string>) => number;
  readonly rules: readonly FigureRule[];
}

/** Whether a value of a topic fits, for tables to recognise their broker by. */
export function hasValue(
  values: ReadonlyMap<string, string>,
  topic: RegExp,
  value: RegExp,
): boolean {
  for (const [name, text] of values) if (topic.test(name) && value.test(text)) return true;
  return false;
}

/** Whether there is a topic that fits. */
export function hasTopic(values: ReadonlyMap<string, string>, topic: RegExp): boolean {
  for (const name of values.keys()) if (topic.test(name)) return true;
  return false;
}
