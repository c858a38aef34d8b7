/** A decoded value on one line, for a row. */
import { memberOf } from '../chart/candidates';
import { jsonOf, LARGE_JSON_CHARS } from '../payload/detect';
import { escapeHidden } from '../payload/escape';
import { formatBytes } from '../payload/format';
import type { JsonValue } from '../payload/json';
import { previewOfText, type Preview } from '../payload/preview';
import type { Decoded, RawField } from './decoded';

/** A row shows a hundred characters at most. */
const MOST_PARTS = 12;

/** What was decoded, on one line of at most `maxChars` characters; null where that says no more than the bytes. */
export function previewOfDecoded({ steps, value }: Decoded, maxChars: number): Preview | null {
  switch (value.kind) {
    case 'json': {
      const isSparkplug = steps.at(-1)?.decoder === 'sparkplug';
      const metrics = isSparkplug ? metricsLine(value.text, maxChars) : null;
      return metrics ?? previewOfText(value.text, maxChars);
    }
    case 'text':
      return previewOfText(value.text, maxChars);
    case 'fields':
      return parts(value.fields.filter(({ depth }) => depth === 0).map(fieldWords), maxChars);
    case 'image':
      return line(`${value.mediaType} · ${formatBytes(value.bytes.length)}`, maxChars);
    case 'bytes':
      return null;
  }
}

function fieldWords({ number, text, wire }: RawField): string {
  return `${String(number)}: ${text === '' ? (wire === 'group' ? 'group' : '{…}') : text}`;
}

/** `Temperature 21.25, Running true`: a payload's metrics say more than its timestamp, which comes first. */
function metricsLine(text: string, maxChars: number): Preview | null {
  if (text.length > LARGE_JSON_CHARS) return null;
  const json = jsonOf(text);
  const metrics = json.ok ? memberOf(json.value, 'metrics') : undefined;
  if (metrics?.kind !== 'array' || metrics.values.length === 0) return null;
  const shown = metrics.values.slice(0, MOST_PARTS + 1).map(metricWords);
  const [only] = metrics.values;
  const value = metrics.values.length === 1 ? memberOf(only, 'value') : undefined;
  const number = value?.kind === 'number' ? Number(value.source) : null;
  return { ...parts(shown, maxChars), kind: 'json', number };
}

function metricWords(metric: JsonValue): string {
  const name = memberOf(metric, 'name');
  const alias = memberOf(metric, 'alias');
  const known = name?.kind === 'string' ? name.value : `alias ${scalarWords(alias)}`;
  return `${known} ${scalarWords(memberOf(metric, 'value'))}`;
}

function scalarWords(value: JsonValue | undefined): string {
  switch (value?.kind) {
    case 'string':
      return value.value;
    case 'number':
      return value.source;
    case 'boolean':
      return String(value.value);
    case 'object':
    case 'array':
      return '{…}';
    default:
      return '–';
  }
}

function parts(all: readonly string[], maxChars: number): Preview {
  const more = all.length > MOST_PARTS ? ', …' : '';
  return line(`${all.slice(0, MOST_PARTS).join(', ')}${more}`, maxChars);
}

function line(text: string, maxChars: number): Preview {
  const shown = escapeHidden(text.slice(0, maxChars + 1));
  return {
    text: shown.length > maxChars ? `${shown.slice(0, maxChars - 1)}…` : shown,
    kind: 'binary',
    number: null,
  };
}
