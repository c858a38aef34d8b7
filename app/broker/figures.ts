import type { SystemTopic } from '../contract-broker';
import { formatBytes, formatCount, formatNumber } from '../payload/format';
import { numberOfText } from '../payload/scalar';
import { aedes } from './aedes';
import { emqx } from './emqx';
import { commonNames, hivemq } from './hivemq';
import { mosquitto } from './mosquitto';
import {
  FIGURE_GROUPS,
  type FigureGroup,
  type FigureKind,
  type FigureRule,
  type SystemTable,
} from './system-table';
import { vernemq } from './vernemq';

/** Every broker whose `$SYS` is known. Of two that are as sure the first one counts. */
export const SYSTEM_TABLES: readonly SystemTable[] = [
  mosquitto,
  hivemq,
  emqx,
  vernemq,
  aedes,
  commonNames,
];

export interface Figure {
  readonly topic: string;
  readonly label: string;
  /** The node of a cluster that it is about; null where a broker has no name for itself. */
  readonly node: string | null;
  readonly kind: FigureKind;
  /** As it is read, for example `1.2 MB` or `3 d 4 h`. */
  readonly value: string;
  readonly timeMs: number;
  /** For a sparkline: the numbers, or how far totals grew from one to the next. */
  readonly trend: readonly number[];
}

export interface Dashboard {
  /** Null when no table fits. */
  readonly broker: string | null;
  /** In the order of the table. */
  readonly groups: ReadonlyArray<{ readonly group: FigureGroup; readonly figures: Figure[] }>;
  /** Topics that the table does not know. */
  readonly others: readonly SystemTopic[];
}

/** Recognises the broker by its topics, and puts what it says in order. */
export function dashboardOf(topics: readonly SystemTopic[]): Dashboard {
  const values = new Map(topics.map(({ topic, text }) => [topic, text]));
  const table = tableFor(values);
  if (table === null) return { broker: null, groups: [], others: topics };
  const rules = new Map(table.rules.map((rule, at) => [rule[0], { rule, at }]));
  const found: { readonly figure: Figure; readonly group: FigureGroup; readonly at: number }[] = [];
  const others: SystemTopic[] = [];
  for (const one of topics) {
    const prefix = table.prefix.exec(one.topic);
    const known = prefix && rules.get(one.topic.slice(prefix[0].length));
    if (!known) others.push(one);
    else
      found.push({
        figure: figureOf(one, known.rule, prefix[1]),
        group: known.rule[3],
        at: known.at,
      });
  }
  found.sort((a, b) => a.at - b.at || (a.figure.topic < b.figure.topic ? -1 : 1));
  const groups = FIGURE_GROUPS.map((group) => ({
    group,
    figures: found.filter((one) => one.group === group).map(({ figure }) => figure),
  })).filter(({ figures }) => figures.length > 0);
  return { broker: table.name, groups, others };
}

/** The table that recognises the topics most surely. */
export function tableFor(values: ReadonlyMap<string, string>): SystemTable | null {
  let best: SystemTable | null = null;
  let surest = 0;
  for (const table of SYSTEM_TABLES) {
    const sure = table.recognise(values);
    if (sure <= surest) continue;
    best = table;
    surest = sure;
  }
  return best;
}

function figureOf(one: SystemTopic, [, label, kind]: FigureRule, node?: string): Figure {
  const isTotal = kind === 'total' || kind === 'totalBytes';
  const isText = kind === 'text' || kind === 'duration';
  return {
    ...{ topic: one.topic, label, kind, timeMs: one.timeMs },
    node: node ?? null,
    value: readable(one.text, kind),
    trend: isText ? [] : isTotal ? differences(one.trend) : one.trend,
  };
}

/** A total that became less was begun anew: the broker was restarted. */
function differences(totals: readonly number[]): readonly number[] {
  return totals.slice(1).map((total, at) => Math.max(0, total - (totals[at] ?? total)));
}

/** What a broker wrote in words; what is not as the table expects it stays as it is. */
export function readable(text: string, kind: FigureKind): string {
  if (kind === 'text') return text;
  if (kind === 'duration') return durationOf(text);
  const number = numberOfText(text);
  if (number === null) return text;
  switch (kind) {
    case 'bytes':
    case 'totalBytes':
      return formatBytes(number);
    case 'bytesPerMinute':
      return `${formatBytes(Math.round(number))}/min`;
    case 'perMinute':
      return `${formatNumber(Number(number.toPrecision(4)))}/min`;
    case 'percent':
      return `${formatNumber(number)} %`;
    default:
      return Number.isInteger(number) ? formatCount(number) : formatNumber(number);
  }
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `93784 seconds` and `93784` as `1 d 2 h`; what is written otherwise is left as it is. */
function durationOf(text: string): string {
  const seconds = numberOfText(text.replace(/ seconds?$/u, ''));
  if (seconds === null || seconds < 0) return text;
  let left = Math.floor(seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(left / size);
    left -= amount * size;
    if (amount > 0 && parts.length < 2) parts.push(`${formatCount(amount)} ${unit}`);
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}
