import type { JsonValue } from '../../../../app/payload/json';
import type { EncodeContext, TextEncoding } from '../encoder';
import { readSource } from '../json-source';
import { birthsBefore, NOTHING_BEFORE } from '../sparkplug-births';
import { writeSparkplug } from '../sparkplug-payload';
import { SparkplugSource } from '../sparkplug-source';
import { sparkplugTopic } from '../sparkplug-state';
import { json } from './json';

/** Sparkplug B of JSON as the decoder writes it; types that are not said come from the births before. */
export const sparkplug: TextEncoding = {
  id: 'sparkplug',
  label: 'Sparkplug B',
  hint: 'from JSON',
  packs: false,
  syntax: 'json',
  options: [],
  encode: (source, options, context) => {
    // The state of a host application is JSON (Sparkplug 3.0.0 §6.4.23).
    if (context.topic.startsWith('spBv1.0/STATE/')) return json.encode(source, options, context);
    return ofPayload(readSource(source), context);
  },
};

function ofPayload(
  value: JsonValue,
  { topic, sparkplug: state }: EncodeContext,
): { readonly bytes: Uint8Array; readonly notes: readonly string[] } {
  const births = birthsBefore(sparkplugTopic(topic), state ?? NOTHING_BEFORE);
  const payload = new SparkplugSource(births);
  const bytes = writeSparkplug(payload.read(value));
  return { bytes, notes: payload.notes };
}
