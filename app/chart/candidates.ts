/** What of a message can be drawn. */
import type { ChartCandidate, ChartWhat, SeriesForm } from '../contract-charts';
import type { DecodedValue } from '../decoding/decoded';
import { detectPayload, detectText, readingOfJson, type Detected } from '../payload/detect';
import { formatNumber } from '../payload/format';
import type { JsonValue } from '../payload/json';
import { pathOfTrail, pushMembers, type JsonPath, type TrailedValue } from '../payload/numbers';
import { readText, type Reading } from './reading';

/** A menu with more entries than this can't be read. */
const MOST_CANDIDATES = 200;
const MOST_LOOKED_AT = 20_000;

/** The numbers, truth values and words of a payload or of what was decoded, the one it is about first. */
export function candidatesOf(
  payload: Uint8Array,
  decoded: DecodedValue | null,
): readonly ChartCandidate[] {
  const detected = detectedOf(payload, decoded);
  if (!detected) return [];
  if (!detected.json?.ok) return whole(readText(detected.text ?? ''));
  const { value } = detected.json;
  if (value.kind !== 'object' && value.kind !== 'array') return whole(readingOf(value));
  return [...metrics(value), ...members(value)].slice(0, MOST_CANDIDATES);
}

function detectedOf(payload: Uint8Array, decoded: DecodedValue | null): Detected | null {
  if (decoded?.kind === 'json' || decoded?.kind === 'text') return detectText(decoded.text);
  if (decoded && (decoded.kind !== 'bytes' || decoded.bytes.length > 0)) return null;
  const detected = detectPayload(payload, true);
  return detected.kind === 'binary' || detected.kind === 'empty' ? null : detected;
}

function whole(reading: Reading): readonly ChartCandidate[] {
  return candidate({ kind: 'value', path: [] }, reading, null);
}

function candidate(
  what: ChartWhat,
  reading: Reading,
  unit: string | null,
): readonly ChartCandidate[] {
  const form = formOf(reading);
  return form === null ? [] : [{ what, form, value: valueWords(reading), unit }];
}

function formOf({ kind }: Reading): SeriesForm | null {
  if (kind === 'number' || kind === 'boolean') return kind;
  return kind === 'word' ? 'words' : null;
}

function valueWords(reading: Reading): string {
  if (reading.kind === 'number') return formatNumber(reading.value);
  if (reading.kind === 'boolean') return String(reading.value !== 0);
  return reading.kind === 'word' ? reading.text : '';
}

function readingOf(value: JsonValue): Reading {
  switch (value.kind) {
    case 'number':
      return { kind: 'number', value: Number(value.source) };
    case 'boolean':
      return { kind: 'boolean', value: Number(value.value) };
    case 'string':
      return readText(value.value);
    default:
      return { kind: 'nothing' };
  }
}

/** Numbers and truth values in the order of the text, then words. */
function members(root: JsonValue): readonly ChartCandidate[] {
  const main = readingOfJson(root);
  const found: ChartCandidate[] = [];
  for (const { path, value } of leaves(root)) {
    const isMain = main !== null && path.length === 1 && path[0] === main.name;
    found.push(...candidate({ kind: 'value', path }, readingOf(value), isMain ? main.unit : null));
    if (isMain) found.unshift(...found.splice(-1));
  }
  const isWord = ({ form }: ChartCandidate): boolean => form === 'words';
  return [...found.filter((one) => !isWord(one)), ...found.filter(isWord)];
}

function* leaves(root: JsonValue): Generator<{ path: JsonPath; value: JsonValue }> {
  const stack: TrailedValue[] = [{ trail: null, value: root }];
  for (let looked = 0; looked < MOST_LOOKED_AT; looked++) {
    const next = stack.pop();
    if (!next) return;
    const { trail, value } = next;
    if (value.kind !== 'object' && value.kind !== 'array')
      yield { path: pathOfTrail(trail), value };
    else pushMembers(stack, trail, value, MOST_LOOKED_AT);
  }
}

/** Sparkplug's metrics by their names: their places change from message to message. */
function metrics(root: JsonValue): readonly ChartCandidate[] {
  const list = memberOf(root, 'metrics');
  if (list?.kind !== 'array') return [];
  return list.values.slice(0, MOST_CANDIDATES).flatMap((metric) => {
    const name = memberOf(metric, 'name');
    const value = memberOf(metric, 'value');
    if (name?.kind !== 'string' || !value) return [];
    return candidate({ kind: 'metric', name: name.value }, readingOf(value), null);
  });
}

export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (value?.kind !== 'object') return undefined;
  return value.values[value.names?.indexOf(name) ?? -1];
}

/** What is drawn unless a person says otherwise: the first that is offered, of the kind that was chosen where one was. */
export function firstOffer(
  found: readonly ChartCandidate[],
  chosenKind: string | null,
): ChartCandidate | undefined {
  return chosenKind === null ? found[0] : found.find(({ what }) => what.kind === chosenKind);
}
