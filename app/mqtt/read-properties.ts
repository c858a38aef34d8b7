import { hexCode } from '../reason-codes';
import type { FieldReader } from './field-reader';
import { mayRepeat, PROPERTIES, type PropertyPlace, type PropertyRule } from './property-table';

/** What of the properties matters to the packet around them. */
export interface ReadProperties {
  readonly topicAlias: number | null;
  readonly reasonString: string | null;
  readonly assignedClientId: string | null;
}

export const NO_PROPERTIES: ReadProperties = {
  topicAlias: null,
  reasonString: null,
  assignedClientId: null,
};

interface PropertyValue {
  readonly number: number | null;
  readonly text: string | null;
}

/** Properties with the length before them (MQTT 5.0 §2.2.2); earlier versions have none. */
export function readProperties(
  reader: FieldReader,
  place: PropertyPlace,
  name = 'Properties',
): ReadProperties {
  if (!reader.isFive) return NO_PROPERTIES;
  const found = new Map<number, PropertyValue>();
  reader.group(name, () => {
    const length = reader.variable(`${name} length`);
    if (length > reader.left) {
      const left = String(reader.left);
      reader.fail(`${name} claim ${String(length)} bytes, and there are ${left} left`, 'length');
    }
    const outer = reader.end;
    reader.end = reader.position + length;
    while (reader.left > 0) readProperty(reader, place, found);
    reader.end = outer;
    return length === 0 ? 'none' : undefined;
  });
  return {
    topicAlias: found.get(0x23)?.number ?? null,
    reasonString: found.get(0x1f)?.text ?? null,
    assignedClientId: found.get(0x12)?.text ?? null,
  };
}

function readProperty(
  reader: FieldReader,
  place: PropertyPlace,
  found: Map<number, PropertyValue>,
): void {
  const from = reader.position;
  const id = reader.variableQuietly('Property identifier');
  const rule = PROPERTIES.get(id);
  if (!rule) reader.fail(`There is no property ${hexCode(id)}`, 'property', from);
  if (!rule.places.includes(place)) {
    const where = place === 'will' ? 'a will' : place;
    reader.complain(`${rule.name} (${hexCode(id)}) must not stand in ${where}`, 'property');
  }
  if (found.has(id) && !mayRepeat(id, place)) {
    reader.complain(`${rule.name} (${hexCode(id)}) stands there twice`, 'property');
  }
  found.set(id, readValue(reader, rule, from));
}

function readValue(reader: FieldReader, rule: PropertyRule, from: number): PropertyValue {
  const { name, kind, unit } = rule;
  const words = (value: number): string => (unit ? `${String(value)} ${unit}` : String(value));
  switch (kind) {
    case 'byte':
      return number(oneByte(reader, name, from));
    case 'two':
      return number(reader.uint16(name, words, from));
    case 'four':
      return number(reader.uint32(name, words, from));
    case 'variable':
      return number(reader.variable(name, words, from));
    case 'text':
      return { number: null, text: reader.text(name, from) };
    case 'pair':
      return { number: null, text: reader.pair(name, from) };
    case 'binary':
      reader.binary(name, from);
      return { number: null, text: null };
    case 'secret':
      reader.secret(name, from);
      return { number: null, text: null };
  }
}

function number(value: number): PropertyValue {
  return { number: value, text: null };
}

/** All properties of one byte are yes or no, and have no other values. */
function oneByte(reader: FieldReader, name: string, from: number): number {
  const value = reader.byte(name, String, from);
  if (value > 1) reader.complain(`${name} is ${String(value)}, and can be 0 or 1 only`, 'property');
  return value;
}
