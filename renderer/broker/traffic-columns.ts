import type { TrafficFrame, TrafficKind, TrafficRow, TrafficSort } from '../../app/contract-broker';
import { escapeHidden } from '../../app/payload/escape';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatElapsed,
  formatNumber,
  formatTimeUs,
} from '../../app/payload/format';

/** A column of the table of the traffic. */
export interface TrafficColumn {
  readonly label: string;
  /** What it is, with its span of time. */
  readonly title: string;
  /** The rows can be ranked by it. */
  readonly sort?: TrafficSort;
  readonly width: string;
  /** As it is read; empty for nothing. */
  readonly text: (row: TrafficRow, nowMs: number) => string;
  /** As another program reads it: plain numbers and times. */
  readonly raw: (row: TrafficRow) => string | number | null;
}

export const TRAFFIC_SECTIONS = [
  { value: 'topics', label: 'Topics' },
  { value: 'branches', label: 'Branches' },
  { value: 'new', label: 'New' },
  { value: 'silent', label: 'Silent' },
  { value: 'sizes', label: 'Payloads' },
  { value: 'retained', label: 'Retained' },
] as const;
export type TrafficSection = (typeof TRAFFIC_SECTIONS)[number]['value'];

/** The section that a kind stands in, and the kinds that a section offers. */
export function sectionOf(kind: TrafficKind): TrafficSection {
  if (kind === 'stopped') return 'silent';
  return kind === 'last-size' || kind === 'largest' ? 'sizes' : kind;
}

export const SECTION_KINDS: Partial<
  Record<TrafficSection, ReadonlyArray<{ value: TrafficKind; label: string }>>
> = {
  silent: [
    { value: 'stopped', label: 'Were regular, and stopped' },
    { value: 'silent', label: 'Longest without a message' },
  ],
  sizes: [
    { value: 'last-size', label: 'Of the last messages' },
    { value: 'largest', label: 'Largest of this run' },
  ],
};

/** The columns of a frame's kind; the topic comes before them. */
export function trafficColumns(frame: TrafficFrame): readonly TrafficColumn[] {
  const span =
    frame.spanMs === null
      ? 'when it has been measured'
      : `over the last ${formatElapsed(frame.spanMs)}`;
  const since = `since ${formatTimeUs(frame.sinceMs * 1_000).slice(0, 19)}, when this page began to count`;
  const rates: TrafficColumn[] = [
    {
      ...{ label: 'Messages/s', title: `Messages per second, ${span}`, sort: 'messageRate' },
      width: '92px',
      text: ({ messagesPerSecond: rate }) => (rate === null ? '…' : rateWords(rate)),
      raw: (row) => row.messagesPerSecond,
    },
    {
      ...{ label: 'Bytes/s', title: `Payload bytes per second, ${span}`, sort: 'byteRate' },
      width: '82px',
      text: ({ bytesPerSecond: rate }) =>
        rate === null ? '…' : `${formatBytes(Math.round(rate))}/s`,
      raw: (row) => row.bytesPerSecond,
    },
  ];
  const bytes: TrafficColumn = {
    ...{ label: 'Bytes', title: `Payload bytes ${since}`, sort: 'bytes', width: '76px' },
    text: (row) => formatBytes(row.bytes),
    raw: (row) => row.bytes,
  };
  const ranked: TrafficColumn = { ...MESSAGES, sort: 'messages' };
  switch (frame.kind) {
    case 'topics':
      return [...rates, ranked, bytes, LAST];
    case 'branches':
      return [...rates, ranked, bytes, TOPICS];
    case 'new':
      return [FIRST, MESSAGES, SIZE, LAST];
    case 'stopped':
      return [intervalColumn(since), LAST, MESSAGES];
    case 'silent':
      return [LAST, MESSAGES, SIZE];
    case 'last-size':
      return [SIZE, LAST, MESSAGES];
    case 'largest':
      return [
        { ...SIZE, label: 'Largest', title: 'The largest payload since the program began' },
        WHEN,
        MESSAGES,
      ];
    case 'retained':
      return [RETAINED, RETAINED_BYTES, TOPICS, MESSAGES];
  }
}

/** The rows as CSV (RFC 4180), with the topic first. */
export function trafficCsv(frame: TrafficFrame): string {
  const columns = trafficColumns(frame);
  const head = ['Topic', ...columns.map(({ label }) => label)];
  const rows = frame.rows.map((row) => [
    row.path,
    ...columns.map(({ raw }) => String(raw(row) ?? '')),
  ]);
  return [head, ...rows].map((fields) => `${fields.map(csvField).join(',')}\r\n`).join('');
}

/** A row on one line, as it is read. */
export function trafficLine(frame: TrafficFrame, row: TrafficRow, nowMs: number): string {
  const figures = trafficColumns(frame).map(({ label, text }) => `${label} ${text(row, nowMs)}`);
  return `${escapeHidden(row.path)}: ${figures.join(', ')}`;
}

const MESSAGES: TrafficColumn = {
  ...{
    label: 'Messages',
    title: 'All messages that are known, as in the topic tree',
    width: '92px',
  },
  text: (row) => formatCount(row.messages),
  raw: (row) => row.messages,
};

const SIZE: TrafficColumn = {
  ...{ label: 'Payload', title: 'Bytes of the last payload', width: '82px' },
  text: (row) => formatBytes(row.sizeBytes),
  raw: (row) => row.sizeBytes,
};

const LAST: TrafficColumn = {
  ...{ label: 'Last message', title: 'How long ago the last message came', width: '104px' },
  text: ({ timeMs }, nowMs) => (timeMs === null ? '' : formatAge(nowMs - timeMs)),
  raw: ({ timeMs }) => (timeMs === null ? null : new Date(timeMs).toISOString()),
};

const WHEN: TrafficColumn = { ...LAST, label: 'When', title: 'When that message came' };

const FIRST: TrafficColumn = {
  ...{ label: 'First seen', title: 'How long ago its first message came', width: '104px' },
  text: ({ firstMs }, nowMs) => (firstMs === null ? '' : formatAge(nowMs - firstMs)),
  raw: ({ firstMs }) => (firstMs === null ? null : new Date(firstMs).toISOString()),
};

const TOPICS: TrafficColumn = {
  ...{ label: 'Topics', title: 'Topics at and below', width: '82px' },
  text: (row) => formatCount(row.topics),
  raw: (row) => row.topics,
};

const RETAINED: TrafficColumn = {
  ...{ label: 'Retained', width: '82px' },
  title: 'Topics of which a retained message was seen, at and below',
  text: (row) => formatCount(row.retained),
  raw: (row) => row.retained,
};

const RETAINED_BYTES: TrafficColumn = {
  ...{ label: 'Their payloads', width: '104px' },
  title: 'Bytes of the last payloads of those topics; the Retained tab asks the broker itself',
  text: (row) => formatBytes(row.retainedBytes),
  raw: (row) => row.retainedBytes,
};

function intervalColumn(since: string): TrafficColumn {
  return {
    ...{ label: 'Came every', title: `How far its messages were apart, as a mean ${since}` },
    width: '92px',
    text: ({ intervalMs }) => (intervalMs === null ? '' : formatElapsed(intervalMs)),
    raw: ({ intervalMs }) => intervalMs,
  };
}

export function rateWords(rate: number): string {
  if (rate === 0) return '0';
  return rate < 10 ? formatNumber(Number(rate.toPrecision(2))) : formatCount(Math.round(rate));
}

function csvField(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
