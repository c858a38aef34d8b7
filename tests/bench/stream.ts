/** The messages of a benchmark: which topics, and which bytes. Every message is another one. */

export type PayloadKind =
  /** A sensor's JSON; of exactly 100 bytes unless another size is asked for. */
  | 'json'
  /** Random bytes, as compressed or encrypted payloads look. */
  | 'random';

/** Sequence numbers in JSON begin here, so that all have ten digits; it is a multiple of every number of topics used. */
export const SEQUENCE_BASE = 1_000_000_000;
const TIME_BASE_MS = 1_790_000_000_000;

const TEMPLATE =
  '{"seq":0000000000,"time":0000000000000,"value":00.0000,"load":0.0000,"state":"running","unit":"Cel"}';
const SEQUENCE_AT = TEMPLATE.indexOf('0000000000');
const TIME_AT = TEMPLATE.indexOf('0000000000000');
const VALUE_AT = TEMPLATE.indexOf('00.0000');
const LOAD_AT = TEMPLATE.lastIndexOf('0.0000') + 2;
/** `{"seq":1000000000}` */
const SHORTEST_JSON = 18;

/** The topic that message `sequence` of a stream over `topics` topics goes to: each in turn. */
export function topicIndex(sequence: number, topics: number): number {
  return sequence % topics;
}

/** Three levels below `bench`, as in a plant: 10 areas with 10 lines, or with 100 when there are many topics. */
export function topicName(index: number, topics: number): string {
  const lines = topics >= 100_000 ? 100 : 10;
  const area = index % 10;
  const line = Math.floor(index / 10) % lines;
  return `bench/area${String(area)}/line${String(line)}/sensor${String(index)}`;
}

/** Nodes of the tree that these topics make: what "expand all" shows. */
export function treeNodes(topics: number): number {
  const nodes = new Set<string>();
  for (let index = 0; index < topics; index += 1) {
    const levels = topicName(index, topics).split('/');
    for (let depth = 1; depth <= levels.length; depth += 1)
      nodes.add(levels.slice(0, depth).join('/'));
  }
  return nodes.size;
}

/** Writes payloads; the same sequence number always gives the same bytes. */
export class Payloads {
  readonly kind: PayloadKind;
  readonly sizeBytes: number;
  readonly #template: Uint8Array;

  /** @throws RangeError when JSON is asked for that does not fit into so few bytes */
  constructor(kind: PayloadKind, sizeBytes: number) {
    this.kind = kind;
    this.sizeBytes = sizeBytes;
    if (kind === 'json' && sizeBytes < SHORTEST_JSON)
      throw new RangeError(`JSON payloads need at least ${String(SHORTEST_JSON)} bytes.`);
    this.#template = kind === 'json' ? jsonTemplate(sizeBytes) : new Uint8Array(sizeBytes);
  }

  /** Writes the payload of a message into a buffer; there must be room for `sizeBytes`. */
  write(target: Uint8Array, offset: number, sequence: number, topic: number): void {
    if (this.kind === 'random') writeRandom(target, offset, this.sizeBytes, sequence);
    else this.#writeJson(target, offset, sequence, topic);
  }

  #writeJson(target: Uint8Array, offset: number, sequence: number, topic: number): void {
    target.set(this.#template, offset);
    writeDigits(target, offset + SEQUENCE_AT, 10, SEQUENCE_BASE + sequence);
    if (this.sizeBytes < TEMPLATE.length) return;
    writeDigits(target, offset + TIME_AT, 13, TIME_BASE_MS + sequence);
    // A sensor stays near its level; only the decimals move.
    const noise = scramble(sequence) >>> 0;
    writeDigits(target, offset + VALUE_AT, 2, 20 + (topic % 60));
    writeDigits(target, offset + VALUE_AT + 3, 4, noise % 10_000);
    writeDigits(target, offset + LOAD_AT, 4, Math.floor(noise / 10_000) % 10_000);
  }
}

function jsonTemplate(sizeBytes: number): Uint8Array {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  if (sizeBytes === TEMPLATE.length) return encode(TEMPLATE);
  if (sizeBytes < TEMPLATE.length) {
    const start = TEMPLATE.slice(0, SHORTEST_JSON - 1);
    return encode(`${start}${' '.repeat(sizeBytes - SHORTEST_JSON)}}`);
  }
  const wanted = sizeBytes - TEMPLATE.length;
  const note = ',"note":""';
  if (wanted < note.length) return encode(`${TEMPLATE.slice(0, -1)}${' '.repeat(wanted)}}`);
  const words = 'the quick brown fox jumps over the lazy dog ';
  const text = words.repeat(Math.ceil(wanted / words.length)).slice(0, wanted - note.length);
  return encode(`${TEMPLATE.slice(0, -1)},"note":"${text}"}`);
}

function writeDigits(target: Uint8Array, offset: number, digits: number, value: number): void {
  let rest = value;
  for (let at = offset + digits - 1; at >= offset; at -= 1) {
    const tens = Math.floor(rest / 10);
    target[at] = 0x30 + (rest - tens * 10);
    rest = tens;
  }
}

function writeRandom(target: Uint8Array, offset: number, size: number, sequence: number): void {
  const end = offset + size;
  let word = 0;
  for (let at = offset, counter = sequence * 1_024; at < end; at += 1) {
    if ((at - offset) % 4 === 0) word = scramble(counter++);
    target[at] = word & 0xff;
    word >>>= 8;
  }
}

/** A 32-bit integer hash (lowbias32): the same number in, the same noise out. */
function scramble(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
