/** The one number a JSON object is about, as sensors send it: `{"value": 21.4, "unit": "°C"}`. */
export interface Reading {
  /** The name of the member that holds it. */
  readonly name: string;
  /** The number as its source wrote it. */
  readonly source: string;
  readonly number: number;
  readonly unit: string | null;
}

export interface Member {
  readonly name: string;
  readonly kind: 'number' | 'string' | 'other';
  /** The source of a number, the characters of a string. */
  readonly text: string;
}

const VALUE_NAMES = ['value', 'val', 'v', 'reading', 'state', 'level'];
const UNIT_NAMES = ['unit', 'units', 'uom', 'unit_of_measurement'];
const MAX_UNIT_CHARS = 12;
/** Numbers that say when or which, not how much. */
const NOT_A_READING =
  /^(?:t|ts|id|seq|index|qos|version|time|timestamp|date|epoch|counter|.*(?:time|_at|_id|_ts))$/i;

/** The number the members of an object are about: a member named value, else the only number that can be meant. */
export function readingOf(members: readonly Member[]): Reading | null {
  const numbers = members.filter((member) => member.kind === 'number');
  const named = numbers.find((member) => VALUE_NAMES.includes(member.name.toLowerCase()));
  const candidates = numbers.filter((member) => !NOT_A_READING.test(member.name));
  const chosen = named ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (!chosen) return null;
  const number = Number(chosen.text);
  return Number.isFinite(number)
    ? { name: chosen.name, source: chosen.text, number, unit: unitOf(members) }
    : null;
}

function unitOf(members: readonly Member[]): string | null {
  const unit = members.find(
    (member) => member.kind === 'string' && UNIT_NAMES.includes(member.name.toLowerCase()),
  );
  return unit && unit.text !== '' && unit.text.length <= MAX_UNIT_CHARS ? unit.text : null;
}
