import type { Direction, QoS } from '../../app/message';
import { allMessages, type MessageSearch } from '../../app/search/message-search';
import { parseMoment } from '../../app/time/parse-moment';
import { topicFilterProblem } from '../../app/topic';

/** What stands in the fields above the list. */
export interface SearchForm {
  readonly text: string;
  readonly matchCase: boolean;
  readonly filter: string;
  readonly time: TimeChoice;
  /** As `parseMoment` takes them; what is no moment is open. Used when the choice is `between`. */
  readonly from: string;
  readonly to: string;
  readonly session: number | null;
  readonly qos: readonly QoS[];
  readonly retain: boolean | null;
  readonly dup: boolean | null;
  readonly direction: Direction | null;
  readonly newestFirst: boolean;
}

export type TimeChoice = 'any' | '5min' | '1h' | '24h' | '7d' | 'between';

export const EMPTY_FORM: SearchForm = {
  text: '',
  matchCase: false,
  filter: '',
  time: 'any',
  from: '',
  to: '',
  session: null,
  qos: [],
  retain: null,
  dup: null,
  direction: null,
  newestFirst: true,
};

export const TIME_CHOICES: ReadonlyArray<{ readonly value: TimeChoice; readonly label: string }> = [
  { value: 'any', label: 'Any time' },
  { value: '5min', label: 'Last 5 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: 'between', label: 'Between…' },
];

const SPANS_MS = new Map<TimeChoice, number>([
  ['5min', 5 * 60_000],
  ['1h', 3_600_000],
  ['24h', 24 * 3_600_000],
  ['7d', 7 * 24 * 3_600_000],
]);

/** The search that a form stands for. @param nowMs where "the last hour" ends */
export function searchOf(form: SearchForm, profileId: string, nowMs: number): MessageSearch {
  const { text, matchCase, qos, retain, dup, direction, newestFirst } = form;
  const base = allMessages(profileId);
  const filter = form.filter.trim();
  const spanMs = SPANS_MS.get(form.time);
  const isBetween = form.time === 'between';
  return {
    ...{ text: text.trim(), matchCase, qos, retain, dup, direction, newestFirst },
    selection: {
      ...base.selection,
      filters: filter === '' ? [] : [filter],
      fromUs:
        spanMs === undefined
          ? isBetween
            ? boundOf(form.from, nowMs)
            : null
          : (nowMs - spanMs) * 1000,
      toUs: isBetween ? boundOf(form.to, nowMs) : null,
      sessionKey: form.session,
    },
  };
}

/** What is no moment, and what is now, is an open end. */
function boundOf(text: string, nowMs: number): number | null {
  const moment = parseMoment(text, nowMs);
  return moment.ok ? moment.timeUs : null;
}

export function filterProblem({ filter }: SearchForm): string | null {
  return filter.trim() === '' ? null : topicFilterProblem(filter.trim());
}

/** How many conditions the form has beside its text. */
export function conditionsOf(form: SearchForm): number {
  const { filter, time, session, qos, retain, dup, direction } = form;
  const set = [filter.trim() !== '', time !== 'any', session !== null, qos.length > 0];
  return [...set, retain !== null, dup !== null, direction !== null].filter(Boolean).length;
}
