import { ByteReader, damagedRun } from './bytes';
import { headBytes, topicsOf, type StoredRun } from './run';

/**
 * The ids and times of a run, and nothing else of its heads: both columns come first.
 * @param into written from `from` on
 * @throws LoupeError `history-unavailable` when the run is damaged
 */
export function decodeTimes(
  run: StoredRun,
  into: { readonly ids: Float64Array; readonly timesUs: Float64Array },
  from: number,
): void {
  const { ids, timesUs } = into;
  if (run.messages < 0 || from + run.messages > ids.length) throw damagedRun();
  const source = new ByteReader(headBytes(run));
  const starts: number[] = [];
  let at = from;
  for (const { count } of topicsOf(run.topics)) {
    starts.push(at);
    at += count;
  }
  if (at !== from + run.messages) throw damagedRun();
  starts.push(at);
  for (let topic = 0; topic + 1 < starts.length; topic++) {
    let before = run.firstId;
    const end = starts[topic + 1] ?? 0;
    for (let place = starts[topic] ?? 0; place < end; place++) {
      before += source.number();
      ids[place] = before;
    }
  }
  for (let topic = 0; topic + 1 < starts.length; topic++) {
    let before = run.firstUs;
    const end = starts[topic + 1] ?? 0;
    for (let place = starts[topic] ?? 0; place < end; place++) {
      before += source.signed();
      timesUs[place] = before;
    }
  }
}
