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
  readonly kind: 'number' | 'string' | 'container' | 'other';
  /** The source of a number, the characters of a string. */
  readonly text: string;
}

const VALUE_NAMES = ['value', 'val', 'v', 'reading', 'state', 'level'];
const UNIT_NAMES = ['unit', 'units', 'uom', 'unit_of_measurement'];
const MAX_UNIT_CHARS = 12;
/** A larger object is a document, not a reading, unless it names its value. */
const MAX_READING_MEMBERS = 8;
/** Numbers that say when or which, not how much. */
const NOT_A_READING =
  /^(?:t|ts|id|seq|index|qos|version|time|timestamp|date|epoch|counter|.*(?:time|_at|_id|_ts))$/i;

/** The number the members of an object are about: a member named value, else the only number that can be meant. */
export function readingOf(members: readonly Member[]): Reading | null {
  const numbers = members.filter((member) => member.kind === 'number');
  const named = numbers.find((member) => VALUE_NAMES.includes(member.name.toLowerCase()));
  const chosen = named ?? onlyNumber(members, numbers);
  if (!chosen) return null;
  const number = Number(chosen.text);
  return Number.isFinite(number)
    ? { name: chosen.name, source: chosen.text, number, unit: unitOf(members) }
    : null;
}

function onlyNumber(members: readonly Member[], numbers: readonly Member[]): Member | undefined {
  const isDocument =
    members.length > MAX_READING_MEMBERS || members.some((member) => member.kind === 'container');
  const candidates = numbers.filter((member) => !NOT_A_READING.test(member.name));
  return !isDocument && candidates.length === 1 ? candidates[0] : undefined;
}

function unitOf(members: readonly Member[]): string | null {
  const unit = members.find(
    (member) => member.kind === 'string' && UNIT_NAMES.includes(member.name.toLowerCase()),
  );
  return unit && unit.text !== '' && unit.text.length <= MAX_UNIT_CHARS ? unit.text : null;
}
