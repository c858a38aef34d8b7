import type { Detected } from '../payload/detect';

/** Topics of the Sparkplug B namespace (Sparkplug 3.0 §4). */
export function isSparkplugTopic(topic: string): boolean {
  return topic.startsWith('spBv1.0/');
}

const PLAIN_TYPES =
  /^\s*(?:application\/(?:[\w.+-]+\+)?json|text\/plain)\s*(?:;\s*charset=utf-?8\s*)?$/i;
/** Begins like a token, a tag, or is a long run of Base64 or hexadecimal digits: worth a look by the decoders. */
const ENCODED = /^\s*(?:eyJ[\w-]{8,}\.|<[?!a-z_]|[\w+/=-]{16,}\s*$)/i;

/**
 * Whether a payload is more than the text, number or JSON that it was taken for here, so that the engine's decoders are
 * asked. Nothing is said of rules and choices: those always ask.
 */
export function mayBeEncoded(
  detected: Detected,
  contentType: string | undefined,
  topic: string,
): boolean {
  if (detected.kind === 'empty') return false;
  if (isSparkplugTopic(topic)) return true;
  if (contentType !== undefined && contentType !== '' && !PLAIN_TYPES.test(contentType))
    return true;
  if (detected.kind === 'binary') return true;
  return detected.kind === 'text' && ENCODED.test((detected.text ?? '').slice(0, 4096));
}
