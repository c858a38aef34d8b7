import type { SessionChoice } from '../../app/contract-search';
import { formatCountOf, formatMoment } from '../../app/payload/format';
import type { MenuEntry } from '../ui/menu-items';
import { EMPTY_FORM, type SearchForm } from './search-form';

type Change = (change: Partial<SearchForm>) => void;

/** Conditions on what a message is, as a menu of choices. */
export function conditionEntries(form: SearchForm, change: Change): MenuEntry[] {
  const { qos, retain, dup, direction } = EMPTY_FORM;
  return [
    { kind: 'heading', label: 'QoS' },
    ...([0, 1, 2] as const).map((one): MenuEntry => ({
      kind: 'choice',
      label: `QoS ${String(one)}`,
      checked: form.qos.includes(one),
      onselect: () => {
        const others = form.qos.filter((other) => other !== one);
        change({ qos: form.qos.includes(one) ? others : [...others, one].sort() });
      },
    })),
    { kind: 'heading', label: 'Flags' },
    flag('Retained', form.retain === true, () => {
      change({ retain: form.retain === true ? null : true });
    }),
    flag('Not retained', form.retain === false, () => {
      change({ retain: form.retain === false ? null : false });
    }),
    flag('Sent again (DUP)', form.dup === true, () => {
      change({ dup: form.dup === true ? null : true });
    }),
    flag('Not sent again', form.dup === false, () => {
      change({ dup: form.dup === false ? null : false });
    }),
    { kind: 'heading', label: 'Direction' },
    flag('Received', form.direction === 'in', () => {
      change({ direction: form.direction === 'in' ? null : 'in' });
    }),
    flag('Published by this connection', form.direction === 'out', () => {
      change({ direction: form.direction === 'out' ? null : 'out' });
    }),
    { kind: 'separator' },
    {
      kind: 'action',
      label: 'Any of them',
      onselect: () => {
        change({ qos, retain, dup, direction });
      },
    },
  ];
}

function flag(label: string, checked: boolean, onselect: () => void): MenuEntry {
  return { kind: 'choice', label, checked, onselect };
}

/** What is chosen of these conditions, in few words. */
export function conditionWords({ qos, retain, dup, direction }: SearchForm): string {
  const words = [
    ...(qos.length > 0 ? [`QoS ${qos.join(', ')}`] : []),
    ...(retain === null ? [] : [retain ? 'retained' : 'not retained']),
    ...(dup === null ? [] : [dup ? 'DUP' : 'not DUP']),
    ...(direction === null ? [] : [direction === 'in' ? 'received' : 'published']),
  ];
  return words.length === 0 ? 'Any flags' : words.join(' · ');
}

const ALL_SESSIONS = 'all';

/** The sessions to choose from: values are their keys as text. */
export function sessionOptions(
  sessions: readonly SessionChoice[],
): { readonly value: string; readonly label: string; readonly hint?: string }[] {
  return [
    { value: ALL_SESSIONS, label: 'All sessions' },
    ...sessions.map(({ key, startedUs, endedUs, messages }) => ({
      value: String(key),
      label: formatMoment(startedUs / 1000, Date.now()).slice(0, -4),
      hint: `${endedUs === null ? 'now, ' : ''}${formatCountOf(messages, 'message', 'messages')}`,
    })),
  ];
}

export function sessionOf(value: string): number | null {
  return value === ALL_SESSIONS ? null : Number(value);
}

export function valueOfSession(session: number | null): string {
  return session === null ? ALL_SESSIONS : String(session);
}
