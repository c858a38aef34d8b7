import type { ChosenBy, DecoderStep } from '../../../app/decoding/decoded';
import type { DecodingRule } from '../../../app/decoding/rules';
import { decoders } from './decoder-list';

export interface Choice {
  readonly steps: readonly DecoderStep[];
  readonly chosenBy: ChosenBy;
  readonly because: string;
}

export interface ChoiceFacts {
  readonly topic: string;
  readonly contentType: string | undefined;
  /** What a person chose for the topic. */
  readonly steps: readonly DecoderStep[] | null;
  readonly rule: DecodingRule | null;
}

/** How a chain begins: as chosen, by rule, topic, content type; empty steps leave it to the content. */
export function choose({ topic, contentType, steps, rule }: ChoiceFacts): Choice {
  if (steps) return { steps, chosenBy: 'choice', because: '' };
  if (rule && rule.steps.length > 0) {
    return { steps: rule.steps, chosenBy: 'rule', because: rule.filter };
  }
  const byTopic = decoders.find((decoder) => decoder.ownsTopic?.(topic) === true);
  if (byTopic) return { steps: [stepOf(byTopic.id)], chosenBy: 'topic', because: '' };
  return byContentType(contentType ?? '') ?? { steps: [], chosenBy: 'content', because: '' };
}

function byContentType(contentType: string): Choice | null {
  const [type = ''] = contentType.toLowerCase().split(';');
  const mediaType = type.trim();
  const found =
    decoders.find(({ contentTypes }) => contentTypes.includes(mediaType)) ??
    decoders.find(({ contentTypes }) => contentTypes.includes(suffixType(mediaType)));
  if (!found || mediaType === '') return null;
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1];
  const options = found.id === 'text' && charset !== undefined ? { encoding: charset } : {};
  return {
    steps: [{ decoder: found.id, options }],
    chosenBy: 'content-type',
    because: mediaType,
  };
}

/** What a structured syntax suffix says (RFC 6838 §4.2.8): `application/tlsrpt+gzip` is gzip. */
function suffixType(mediaType: string): string {
  const suffix = /^[\w.-]+\/[\w.-]+\+(json|xml|cbor|gzip|zstd|protobuf)$/.exec(mediaType)?.[1];
  return suffix === undefined ? '' : `application/${suffix}`;
}

export function stepOf(decoder: string): DecoderStep {
  return { decoder, options: {} };
}
