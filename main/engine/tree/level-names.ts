const CACHED = 8192;
/** V8 makes a part of a text that is shorter than this a text of its own; a longer part holds on to the whole. */
const SHORTEST_PART = 13;
const LATIN1 = 0xff;

/**
 * Cuts the names of levels out of topics. A name that was cut lately is the same text again, so that the thousand
 * `temperature` of a plant are kept once; what is remembered for it is bounded.
 */
export class LevelNames {
  private readonly cache = new Array<string>(CACHED).fill('');

  cut(topic: string, from: number, to: number): string {
    const length = to - from;
    let hash = length;
    let widest = 0;
    for (let at = from; at < to; at += 1) {
      const code = topic.charCodeAt(at);
      hash = Math.imul(hash ^ code, 0x5bd1e995);
      widest |= code;
    }
    const slot = (hash ^ (hash >>> 15)) & (CACHED - 1);
    const cached = this.cache[slot] ?? '';
    if (cached.length === length && topic.startsWith(cached, from)) return cached;
    const part = topic.slice(from, to);
    const name = length < SHORTEST_PART ? part : copyOf(part, widest);
    this.cache[slot] = name;
    return name;
  }
}

/** The same text, code unit by code unit, that holds on to nothing else. */
function copyOf(text: string, widest: number): string {
  const encoding = widest <= LATIN1 ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}
