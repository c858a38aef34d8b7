import type { EncoderInfo } from '../contract-desk';
import type { DecoderOptions } from '../decoding/decoded';
import { isSparkplugTopic } from '../decoding/needs-engine';
import type { DecodingRule } from '../decoding/rules';

/** How a payload for a topic is encoded unless a person says otherwise. */
export interface Encoding {
  readonly format: string;
  readonly options: DecoderOptions;
  readonly packing: readonly string[];
  /** The filter of the rule that says so; empty for none. */
  readonly because: string;
}

export const PLAIN: Encoding = { format: 'text', options: {}, packing: [], because: '' };

/** Decoders of bytes that are written as text: what packs them has another name than the format of the form. */
const PACKINGS = new Map([
  ['hex', 'hex-text'],
  ['base64', 'base64-text'],
]);

/** What the rule of a topic decodes by, turned round; text where it says nothing, or cannot be turned round. */
export function suggestedEncoding(
  topic: string,
  rule: DecodingRule | null,
  encoders: readonly EncoderInfo[],
): Encoding {
  const last = rule?.steps.at(-1);
  if (!rule || !last) return isSparkplugTopic(topic) ? { ...PLAIN, format: 'sparkplug' } : PLAIN;
  const isKnown = (id: string, packs: boolean): boolean =>
    encoders.some((encoder) => encoder.id === id && encoder.packs === packs);
  const outer = rule.steps.slice(0, -1).map(({ decoder }) => PACKINGS.get(decoder) ?? decoder);
  if (!isKnown(last.decoder, false) || !outer.every((id) => isKnown(id, true))) return PLAIN;
  if (last.options.encoding !== undefined && !/^utf-?8$/iu.test(last.options.encoding))
    return PLAIN;
  const { schema, messageType } = last.options;
  return {
    format: last.decoder,
    options: {
      ...(schema !== undefined && { schema }),
      ...(messageType !== undefined && { messageType }),
    },
    packing: outer.reverse(),
    because: rule.filter,
  };
}
