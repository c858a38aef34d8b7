import { played } from '../../app/time/playing';

/** What the playback moves. */
export interface PlayedTime {
  readonly speed: () => number;
  /** Where the past ends, µs. */
  readonly endUs: () => number;
  readonly moveTo: (timeUs: number) => void;
  /** There is nothing more to play. */
  readonly ended: () => void;
}

/** Plays the past on the screen: moves the playhead with the window's clock, a frame at a time. Nothing is sent. */
export class Playback {
  #isOn = $state.raw(false);
  #frame = 0;
  /** Where the playhead stands, with the fraction of a µs that a slow step may be. */
  #atUs = 0;

  constructor(private readonly time: PlayedTime) {}

  get isOn(): boolean {
    return this.#isOn;
  }

  start(atUs: number): void {
    if (this.#isOn) return;
    this.#atUs = atUs;
    this.#isOn = true;
    this.#await(performance.now());
  }

  stop(): void {
    this.#isOn = false;
    cancelAnimationFrame(this.#frame);
  }

  #await(beforeMs: number): void {
    this.#frame = requestAnimationFrame((nowMs) => {
      this.#advance(nowMs - beforeMs);
      if (this.#isOn) this.#await(nowMs);
    });
  }

  #advance(elapsedMs: number): void {
    const next = played(this.#atUs, elapsedMs, this.time.speed(), this.time.endUs());
    this.#atUs = next.atUs;
    if (next.ended) {
      this.stop();
      this.time.ended();
    } else this.time.moveTo(next.atUs);
  }
}
