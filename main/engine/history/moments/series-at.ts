import { numberAt } from '../../../../app/payload/numbers';
import type { Database } from '../driver';
import type { Series } from '../history';
import { RunMessages, storedHead } from '../run-messages';
import type { KnownUnits } from './known-units';
import type { SeriesAtRequest } from './moments';
import type { TopicPlaces } from './runs';

interface Point {
  readonly timeUs: number;
  readonly value: number;
}

/** The numbers of a topic in a span of the past, wherever the clock was set back. */
export class SeriesAt {
  readonly #units: KnownUnits;
  readonly #places: TopicPlaces;
  readonly #messages: RunMessages;

  constructor(database: Database, units: KnownUnits, places: TopicPlaces) {
    this.#units = units;
    this.#places = places;
    this.#messages = new RunMessages(database);
  }

  read({ topicKey, path, fromUs, atUs, limit }: SeriesAtRequest): Series {
    const points: Point[] = [];
    let skipped = 0;
    let lastId = 0;
    for (const { run, at } of this.#newestFirst(topicKey, fromUs, atUs)) {
      if (points.length + skipped >= limit) break;
      const stored = storedHead(run, at, run.body);
      lastId = Math.max(lastId, stored.id);
      const value = numberAt(this.#messages.payload(stored, Infinity), path);
      if (value === null) skipped += 1;
      else points.push({ timeUs: stored.timeUs, value });
    }
    points.reverse().sort((a, b) => a.timeUs - b.timeUs);
    return {
      timesUs: Float64Array.from(points, ({ timeUs }) => timeUs),
      values: Float64Array.from(points, ({ value }) => value),
      skipped,
      lastId,
    };
  }

  *#newestFirst(topic: number, fromUs: number, atUs: number) {
    for (const unit of this.#units.all.toReversed()) {
      if (unit.firstUs > atUs || unit.lastUs < fromUs) continue;
      for (const place of this.#places.before(unit, topic, atUs)) {
        if ((place.run.heads.timesUs[place.at] ?? 0) >= fromUs) yield place;
      }
    }
  }
}
