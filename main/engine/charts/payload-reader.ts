import { readAt, readText, readValue, type Reading } from '../../../app/chart/reading';
import type { ChartWhat } from '../../../app/contract-charts';
import { isSparkplugTopic, mayBeEncoded } from '../../../app/decoding/needs-engine';
import type { Decoded } from '../../../app/decoding/decoded';
import type { DecodingSchema } from '../../../app/decoding/rules';
import { detectPayload } from '../../../app/payload/detect';
import type { JsonPath } from '../../../app/payload/numbers';
import { booleanOfText, numberOfText } from '../../../app/payload/scalar';
import { decodeUtf8 } from '../../../app/payload/utf8';
import { runChain } from '../decoding/chain';
import { Exact } from '../decoding/json-writer';
import { metricValue, readSparkplug, type Births } from '../decoding/sparkplug-payload';
import type { SparkplugState } from '../decoding/sparkplug-state';
import type { StoredSource } from './chart-protocol';

/** Larger payloads are no measurement: a chart says so instead of unpacking thousands of them. */
export const MOST_CHARTED_BYTES = 1024 * 1024;
const MOST_DECODED_BYTES = 4 * 1024 * 1024;
const PLAIN_CONTENT = /^\s*(?:application\/(?:[\w.+-]+\+)?json|text\/plain)\s*(?:;|$)/i;

/** What is known of a message besides its payload. */
export interface MessageFacts {
  readonly contentType: string | undefined;
  /** Of a Sparkplug topic: the births before the message. */
  readonly births: Births;
  readonly sparkplug: SparkplugState | null;
}

/** Reads one number of the messages of a topic, decoded as the window decodes them. */
export class PayloadReader {
  readonly #source: StoredSource;
  readonly #schema: (id: string) => DecodingSchema | undefined;
  /** Nothing but the content says what it is. */
  readonly #isPlain: boolean;

  constructor(source: StoredSource, schema: (id: string) => DecodingSchema | undefined) {
    this.#source = source;
    this.#schema = schema;
    const isRuled = source.rule !== null && source.rule.steps.length > 0;
    this.#isPlain = source.steps === null && !isRuled && !isSparkplugTopic(source.topic);
  }

  read(payload: Uint8Array, facts: MessageFacts): Reading {
    const { what } = this.#source;
    if (payload.length === 0) return other('an empty payload');
    if (payload.length > MOST_CHARTED_BYTES) return other('a payload larger than 1 MB');
    if (what.kind === 'metric') return readMetric(payload, what.name, facts.births);
    const path = pathOf(what);
    return this.#plain(payload, path, facts) ?? this.#decoded(payload, path, facts);
  }

  /** Text, a number or JSON as it came; null when it has to be decoded. */
  #plain(payload: Uint8Array, path: JsonPath, { contentType }: MessageFacts): Reading | null {
    if (!this.#isPlain || (contentType !== undefined && !PLAIN_CONTENT.test(contentType)))
      return null;
    const text = decodeUtf8(payload);
    if (text === null) return null;
    if (path.length === 0 && (numberOfText(text) ?? booleanOfText(text)) !== null)
      return readText(text);
    const root = jsonRoot(text);
    if (root !== undefined) return readAt(root, path);
    if (mayBeEncoded(detectPayload(payload, true), contentType, this.#source.topic)) return null;
    return path.length === 0 ? readText(text) : readAt(text, path);
  }

  #decoded(payload: Uint8Array, path: JsonPath, facts: MessageFacts): Reading {
    const { topic, steps, rule } = this.#source;
    const { contentType, sparkplug } = facts;
    const decoded = runChain(
      payload,
      { topic, contentType, steps, rule },
      { topic, maxBytes: MOST_DECODED_BYTES, schema: this.#schema, sparkplug },
    );
    return ofDecoded(decoded, payload, path);
  }
}

function pathOf(what: ChartWhat): JsonPath {
  return what.kind === 'value' ? what.path : [];
}

/** Undefined when the text is no JSON; null is a document. */
function jsonRoot(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text) as unknown;
  } catch {
    // As above: that is the answer.
    return undefined;
  }
}

function ofDecoded({ value, problem }: Decoded, payload: Uint8Array, path: JsonPath): Reading {
  if (problem) return other(`what ${problem.label} could not decode: ${problem.message}`);
  switch (value.kind) {
    case 'json':
      return readAt(jsonRoot(value.text), path);
    case 'text':
      return ofText(value.text, path);
    case 'bytes': {
      // What no decoder took is the payload itself, and stays text where it is.
      const text = decodeUtf8(value.bytes.length === 0 ? payload : value.bytes);
      return text === null ? other('bytes') : ofText(text, path);
    }
    case 'fields':
      return other('Protobuf fields without a schema');
    case 'image':
      return other('an image');
  }
}

function ofText(text: string, path: JsonPath): Reading {
  if (path.length === 0) return readText(text);
  return readAt(jsonRoot(text) ?? text, path);
}

function readMetric(payload: Uint8Array, name: string, births: Births): Reading {
  try {
    const { metrics } = readSparkplug(payload);
    const metric = metrics.findLast((one) => births.of(one).name === name);
    if (!metric) return other(`no metric “${name}”`);
    const value = metricValue(metric, births);
    return readValue(value instanceof Exact ? Number(value.source) : value);
  } catch {
    // The words of the decoder are those of a developer: whoever wants them looks at the message.
    return other('bytes that are no Sparkplug payload');
  }
}

function other(instead: string): Reading {
  return { kind: 'other', instead };
}
