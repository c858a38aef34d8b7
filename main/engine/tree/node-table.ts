import type { MessageProperties } from '../../../app/message';
import { BlockRows } from './block-rows';
import { NONE, RETAINED_BIT, ROOT, TOPIC, weightOf } from './node-state';
import { TopicNode } from './topic-node';

const FIRST_CAPACITY = 64;
const GROWTH = 1.5;

// A record is 64 bytes, one line of a processor's cache: five doubles, then six words.
const RECORD_BYTES = 64;
const DOUBLES = RECORD_BYTES / 8;
const WORDS = RECORD_BYTES / 4;
const COUNT = 0;
const LATEST_ID = 1;
const OWN_COUNT = 2;
const VALUE_ID = 3;
const TIME_US = 4;
const TOPICS = 10;
const SIZE_BYTES = 11;
const MARKS = 12;
const TOPIC_KEY = 13;
const HASH = 14;
const PARENT = 15;

/**
 * The nodes of a tree in columns: numbers in typed arrays, which cost no object each and are gone through in order of
 * memory. A node is its position in them; a parent always stands before what is below it.
 */
export class NodeTable {
  length = 0;
  /** Of each node, as seen from outside. */
  readonly nodes: TopicNode[] = [];
  readonly names: string[] = [];
  states = new Uint8Array(FIRST_CAPACITY);
  /** Visible rows below each node if it were open. */
  rowCounts = new Int32Array(FIRST_CAPACITY);
  /** The block of its siblings that each node stands in; 0 where one block holds all. */
  blocks = new Int32Array(FIRST_CAPACITY);
  readonly blockRows = new BlockRows();
  private depths = new Uint16Array(FIRST_CAPACITY);
  private doubles = new Float64Array(FIRST_CAPACITY * DOUBLES);
  private words = new Uint32Array(this.doubles.buffer);
  private readonly payloads: (Uint8Array | string | null)[] = [];
  /** Few messages have any. */
  private readonly rareProperties = new Map<number, MessageProperties>();

  /** Adds a node below a parent; it is not shown yet. */
  add(name: string, parent: number, hash: number): number {
    const index = this.length;
    if (index === this.states.length) this.grow();
    this.length += 1;
    this.words[index * WORDS + PARENT] = parent;
    this.words[index * WORDS + HASH] = hash;
    // One more than what is seen from outside: the root's depth is -1.
    this.depths[index] = parent === NONE ? 0 : (this.depths[parent] ?? 0) + 1;
    this.names.push(name);
    this.payloads.push(null);
    this.nodes.push(new TopicNode(this, index));
    return index;
  }

  node(index: number): TopicNode {
    const node = this.nodes[index];
    if (!node) throw new RangeError(`The tree has no node ${index}.`);
    return node;
  }

  name(index: number): string {
    return this.names[index] ?? '';
  }

  parent(index: number): number {
    return this.words[index * WORDS + PARENT] ?? NONE;
  }

  depth(index: number): number {
    return (this.depths[index] ?? 0) - 1;
  }

  hash(index: number): number {
    return this.words[index * WORDS + HASH] ?? 0;
  }

  /** The topic name that leads to a node. */
  path(index: number): string {
    const levels: string[] = [];
    for (let at = index; at !== ROOT; at = this.parent(at)) levels.push(this.name(at));
    return levels.reverse().join('/');
  }

  count(index: number): number {
    return this.doubles[index * DOUBLES + COUNT] ?? 0;
  }

  latestId(index: number): number {
    return this.doubles[index * DOUBLES + LATEST_ID] ?? 0;
  }

  topics(index: number): number {
    return this.words[index * WORDS + TOPICS] ?? 0;
  }

  /** Counts messages of a node, and whether it is a new topic, at the node and at all above it. */
  countUp(index: number, messages: number, topics: number, newestId: number): void {
    const { doubles, words } = this;
    for (let at = index; at !== NONE; at = words[at * WORDS + PARENT] ?? NONE) {
      const record = at * DOUBLES;
      doubles[record + COUNT] = (doubles[record + COUNT] ?? 0) + messages;
      if (newestId > (doubles[record + LATEST_ID] ?? 0)) doubles[record + LATEST_ID] = newestId;
      if (topics !== 0) words[at * WORDS + TOPICS] = (words[at * WORDS + TOPICS] ?? 0) + topics;
    }
  }

  /** Forgets all counts and topics; names, keys and how nodes are shown stay. */
  clearCounts(): void {
    const { doubles, words, states, length } = this;
    for (let index = 0; index < length; index += 1) {
      const record = index * DOUBLES;
      doubles[record + COUNT] = 0;
      doubles[record + LATEST_ID] = 0;
      doubles[record + OWN_COUNT] = 0;
      words[index * WORDS + TOPICS] = 0;
      states[index] = (states[index] ?? 0) & ~TOPIC;
    }
  }

  /** Makes a node a topic with so many messages; what is above learns of it by `rollUp`. */
  setCount(index: number, messages: number, newestId: number): void {
    const record = index * DOUBLES;
    this.doubles[record + COUNT] = messages;
    this.doubles[record + OWN_COUNT] = messages;
    this.doubles[record + LATEST_ID] = newestId;
    this.words[index * WORDS + TOPICS] = 1;
    this.states[index] = (this.states[index] ?? 0) | TOPIC;
  }

  /** Sums up counts from the bottom, after `clearCounts` and `setCount`. */
  rollUp(): void {
    const { doubles, words } = this;
    for (let index = this.length - 1; index > ROOT; index -= 1) {
      const topics = words[index * WORDS + TOPICS] ?? 0;
      if (topics === 0) continue;
      const parent = words[index * WORDS + PARENT] ?? ROOT;
      const from = index * DOUBLES;
      const to = parent * DOUBLES;
      words[parent * WORDS + TOPICS] = (words[parent * WORDS + TOPICS] ?? 0) + topics;
      doubles[to + COUNT] = (doubles[to + COUNT] ?? 0) + (doubles[from + COUNT] ?? 0);
      const latest = doubles[from + LATEST_ID] ?? 0;
      if (latest > (doubles[to + LATEST_ID] ?? 0)) doubles[to + LATEST_ID] = latest;
    }
  }

  topicKey(index: number): number {
    return this.words[index * WORDS + TOPIC_KEY] ?? 0;
  }

  setTopicKey(index: number, key: number): void {
    this.words[index * WORDS + TOPIC_KEY] = key;
  }

  has(index: number, bit: number): boolean {
    return ((this.states[index] ?? 0) & bit) !== 0;
  }

  set(index: number, bit: number, on: boolean): void {
    const state = this.states[index] ?? 0;
    this.states[index] = on ? state | bit : state & ~bit;
  }

  rows(index: number): number {
    return this.rowCounts[index] ?? 0;
  }

  setRows(index: number, rows: number): void {
    this.rowCounts[index] = rows;
  }

  addRows(index: number, rows: number): void {
    this.rowCounts[index] = this.rows(index) + rows;
  }

  blockOf(index: number): number {
    return this.blocks[index] ?? 0;
  }

  setBlock(index: number, block: number): void {
    this.blocks[index] = block;
  }

  /** Rows that a node takes where it stands: none when filtered out; else itself and what is open below it. */
  weight(index: number): number {
    return weightOf(this.states[index] ?? 0, this.rowCounts[index] ?? 0);
  }

  // What a node's own last message was: see `StoredValue`.

  ownCount(index: number): number {
    return this.doubles[index * DOUBLES + OWN_COUNT] ?? 0;
  }

  setOwnCount(index: number, count: number): void {
    this.doubles[index * DOUBLES + OWN_COUNT] = count;
  }

  valueId(index: number): number {
    return this.doubles[index * DOUBLES + VALUE_ID] ?? 0;
  }

  timeUs(index: number): number {
    return this.doubles[index * DOUBLES + TIME_US] ?? 0;
  }

  sizeBytes(index: number): number {
    return this.words[index * WORDS + SIZE_BYTES] ?? 0;
  }

  setMessage(index: number, id: number, timeUs: number, sizeBytes: number): void {
    this.doubles[index * DOUBLES + VALUE_ID] = id;
    this.doubles[index * DOUBLES + TIME_US] = timeUs;
    this.words[index * WORDS + SIZE_BYTES] = sizeBytes;
  }

  marks(index: number): number {
    return this.words[index * WORDS + MARKS] ?? 0;
  }

  setMarks(index: number, marks: number): void {
    this.words[index * WORDS + MARKS] = marks;
  }

  /** Whether the broker is thought to keep a retained message; see `StoredValue`. */
  isRetained(index: number): boolean {
    return (this.marks(index) & RETAINED_BIT) !== 0;
  }

  /** Bytes, or text with one byte a character. */
  payload(index: number): Uint8Array | string | null {
    return this.payloads[index] ?? null;
  }

  setPayload(index: number, payload: Uint8Array | string | null): void {
    this.payloads[index] = payload;
  }

  properties(index: number): MessageProperties | null {
    return this.rareProperties.get(index) ?? null;
  }

  setProperties(index: number, properties: MessageProperties | null): void {
    if (properties !== null) this.rareProperties.set(index, properties);
    else if (this.rareProperties.size > 0) this.rareProperties.delete(index);
  }

  private grow(): void {
    const capacity = Math.ceil(this.states.length * GROWTH);
    this.states = copied(this.states, new Uint8Array(capacity));
    this.depths = copied(this.depths, new Uint16Array(capacity));
    this.rowCounts = copied(this.rowCounts, new Int32Array(capacity));
    this.blocks = copied(this.blocks, new Int32Array(capacity));
    this.doubles = copied(this.doubles, new Float64Array(capacity * DOUBLES));
    this.words = new Uint32Array(this.doubles.buffer);
  }
}

function copied<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
