import type { DecoderStep } from '../../app/decoding/decoded';
import type { DecodingRule } from '../../app/decoding/rules';

/** A rule for one topic; a person widens its filter. */
export function newRule(topic: string, steps: readonly DecoderStep[]): DecodingRule {
  return {
    id: crypto.randomUUID(),
    filter: topic,
    steps,
    viewer: null,
    chartPath: null,
    unit: null,
    colour: null,
    enabled: true,
  };
}
