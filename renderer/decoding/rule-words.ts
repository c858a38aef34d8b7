import type { DecodingRule } from '../../app/decoding/rules';
import { app } from '../state/app.svelte';

/** `gzip → Protobuf plant.Reading`; what a rule without steps does instead. */
export function stepsWords(rule: DecodingRule): string {
  if (rule.steps.length === 0) return 'By content';
  return rule.steps
    .map(({ decoder, options }) => {
      const { label = decoder } = app.decoding.decoders.find(({ id }) => id === decoder) ?? {};
      const detail = options.messageType ?? options.encoding ?? options.type;
      return detail === undefined ? label : `${label} ${detail}`;
    })
    .join(' → ');
}
