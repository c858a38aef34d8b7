import { memberOf } from '../../app/chart/candidates';
import { readingOfJson, type Detected } from '../../app/payload/detect';
import { escapeHidden } from '../../app/payload/escape';
import { formatBytes, formatCountOf } from '../../app/payload/format';
import type { JsonPath } from '../../app/payload/numbers';
import { numberOfText } from '../../app/payload/scalar';
import type { Viewed } from './topic-state.svelte';
import { numberText } from './viewers/number-view';

/** What stands large above a message: its value where that is short, else what it is in words. */
export interface Headline {
  readonly text: string;
  readonly unit: string | null;
  /** Whether it is the value itself; words about it are set smaller. */
  readonly isValue: boolean;
  /** Whether it is a number: a unit stands behind nothing else. */
  readonly isNumber: boolean;
}

const MOST_VALUE_CHARS = 40;

/** @param path the number that a rule names as what the message is about; null without one */
export function headlineOf(shown: Viewed, path: JsonPath | null = null): Headline {
  const { detected, message } = shown;
  const named = path && numberText(shown, path);
  if (named) return { text: named, unit: null, isValue: true, isNumber: true };
  const value = valueOf(detected);
  if (value && value.text.length <= MOST_VALUE_CHARS) return value;
  return words(describe(shown, message.sizeBytes));
}

function valueOf(detected: Detected): Headline | null {
  const { kind, text, json } = detected;
  if (json?.ok) {
    const reading = readingOfJson(json.value);
    if (reading) return { text: reading.source, unit: reading.unit, isValue: true, isNumber: true };
    if (json.value.kind === 'string') return value(json.value.value);
    return json.value.kind === 'null' ? value('null') : null;
  }
  if (kind === 'number' || kind === 'boolean' || kind === 'text') return value(text ?? '');
  return null;
}

/** A single line that is worth showing large. */
function value(text: string): Headline | null {
  const shown = text.trim();
  if (shown === '' || shown.includes('\n')) return null;
  const isNumber = numberOfText(shown) !== null;
  return { text: escapeHidden(shown), unit: null, isValue: true, isNumber };
}

function words(text: string): Headline {
  return { text, unit: null, isValue: false, isNumber: false };
}

function describe(shown: Viewed, sizeBytes: number): string {
  const { kind, json, text } = shown.detected;
  if (kind === 'empty') return 'Empty payload';
  const decoded = shown.decoded?.value;
  if (decoded?.kind === 'image')
    return `${imageType(decoded.mediaType)} image, ${formatBytes(decoded.bytes.length)}`;
  if (decoded?.kind === 'fields') {
    const fields = decoded.fields.filter(({ depth }) => depth === 0).length;
    return `Protobuf, ${formatCountOf(fields, 'field', 'fields')}`;
  }
  if (kind === 'binary') return `Binary, ${formatBytes(sizeBytes)}`;
  const metrics = isSparkplug(shown) && json?.ok ? memberOf(json.value, 'metrics') : undefined;
  if (metrics?.kind === 'array')
    return `Sparkplug B, ${formatCountOf(metrics.values.length, 'metric', 'metrics')}`;
  if (json?.ok && json.value.kind === 'object') {
    return `Object, ${formatCountOf(json.value.values.length, 'member', 'members')}`;
  }
  if (json?.ok && json.value.kind === 'array') {
    return `Array, ${formatCountOf(json.value.values.length, 'item', 'items')}`;
  }
  // A large document is counted by who shows it only.
  if (kind === 'json' && json === null) return `JSON, ${formatBytes(sizeBytes)}`;
  if (!shown.complete) return `Text, ${formatBytes(sizeBytes)}`;
  const lines = (text ?? '').split('\n').length;
  if (lines > 1) return `Text, ${formatCountOf(lines, 'line', 'lines')}`;
  const characters = formatCountOf((text ?? '').length, 'character', 'characters');
  return `${kind === 'number' ? 'Number' : 'Text'}, ${characters}`;
}

function isSparkplug({ decoded }: Viewed): boolean {
  return decoded?.steps.at(-1)?.decoder === 'sparkplug';
}

/** `PNG`, `SVG`: the name of an image's type, as people say it. */
export function imageType(mediaType: string): string {
  return mediaType.replace('image/', '').replace('+xml', '').toUpperCase();
}

/** What a message is, in a word, for a tag. */
export function kindName({ detected, decoded }: Viewed): string {
  if (decoded?.value.kind === 'image') return 'image';
  // What was made of a payload is shown as JSON is; the payload is none.
  const isDocument = detected.kind === 'json' && decoded?.value.kind === 'json';
  return (isDocument ? decoded.steps.at(-1)?.label : undefined) ?? KIND_NAMES[detected.kind];
}

const KIND_NAMES: Readonly<Record<Detected['kind'], string>> = {
  json: 'JSON',
  number: 'number',
  boolean: 'boolean',
  text: 'text',
  binary: 'binary',
  empty: 'empty',
};
