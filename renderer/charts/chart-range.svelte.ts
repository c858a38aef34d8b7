import { lengthOf, type Span } from '../../app/time/span';

const SHORTEST_US = 1_000;
/** A shorter time would make single measurements look like a long story. */
const LEAST_FILLED_US = 5e6;
const LONGEST_US = 100 * 365.25 * 86_400e6;

export interface RangeHost {
  /** The moment in view, µs; null is live. */
  readonly endUs: () => number | null;
  /** How long the live range is, µs. */
  readonly lengthUs: () => number;
  readonly setLength: (lengthUs: number) => void;
}

/** The time that charts show: until now (or the moment in view), or a part of the past that stands still. */
export class ChartRange {
  #fixed = $state.raw<Span | null>(null);
  /** When the first message came: a live range does not begin before it. */
  #oldestUs = $state.raw<number | null>(null);
  /** What goes along with the clock; painted anew when it moved by a pixel. */
  #nowUs = $state.raw(Date.now() * 1000);

  constructor(private readonly host: RangeHost) {}

  /** Whether it goes along with the clock. */
  get isLive(): boolean {
    return this.#fixed === null && this.host.endUs() === null;
  }

  /** Whether it ends where the window stands in time, rather than where a person put it. */
  get follows(): boolean {
    return this.#fixed === null;
  }

  get lengthUs(): number {
    return lengthOf(this.span);
  }

  get span(): Span {
    if (this.#fixed) return this.#fixed;
    const toUs = this.#endUs;
    const first = Math.min(this.#oldestUs ?? 0, toUs - LEAST_FILLED_US);
    return { fromUs: Math.max(first, toUs - this.host.lengthUs()), toUs };
  }

  /** How much of the time until the end was asked for; there may be less. */
  get chosenUs(): number {
    return this.#fixed ? lengthOf(this.#fixed) : this.host.lengthUs();
  }

  set oldestUs(oldestUs: number | null) {
    this.#oldestUs = oldestUs;
  }

  tick(nowUs: number): void {
    this.#nowUs = nowUs;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** A span `factor` times as long around a moment that stays where it is. */
  zoom(aroundUs: number, factor: number): void {
    const { fromUs } = this.span;
    const length = Math.min(LONGEST_US, Math.max(SHORTEST_US, this.lengthUs * factor));
    const share = (aroundUs - fromUs) / this.lengthUs;
    const begin = aroundUs - share * length;
    this.show({ fromUs: begin, toUs: begin + length });
  }

  pan(byUs: number): void {
    const { fromUs, toUs } = this.span;
    this.show({ fromUs: fromUs + byUs, toUs: toUs + byUs });
  }

  /** Shows a span; one that reaches the end goes along with it. */
  show({ fromUs, toUs }: Span): void {
    const length = Math.max(SHORTEST_US, toUs - fromUs);
    if (toUs >= this.#endUs) {
      this.host.setLength(length);
      this.#fixed = null;
      return;
    }
    const begin = Math.max(0, fromUs);
    this.#fixed = { fromUs: begin, toUs: begin + length };
  }

  /** Back to the end: as long as it is, or as long as it was there. */
  follow(asLong = true): void {
    if (this.#fixed && asLong) this.host.setLength(lengthOf(this.#fixed));
    this.#fixed = null;
  }

  /** So much of the time until the end. */
  showLast(lengthUs: number): void {
    this.host.setLength(lengthUs);
    this.#fixed = null;
  }

  get #endUs(): number {
    return this.host.endUs() ?? this.#nowUs;
  }
}
