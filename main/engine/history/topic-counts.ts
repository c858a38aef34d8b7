import { LoupeError } from '../../../app/errors';
import type { Database, Statement } from './driver';
import { MOST_STEPS, type CountsRequest } from './history';
import type { RunSource } from './run-source';
import { TopicRuns } from './topic-runs';

const MINUTE_US = 60_000_000;

interface StepCount {
  readonly step: number;
  readonly messages: number;
}

/** Counts messages in steps of time; within the caller's transaction. */
export class TopicCounts {
  readonly #source: RunSource;
  readonly #runs: TopicRuns;
  readonly #minutes: Statement<StepCount>;

  constructor(database: Database, source: RunSource) {
    this.#source = source;
    this.#runs = new TopicRuns(database, source);
    this.#minutes = database.prepare(
      `SELECT CAST((minute - :first) * ${String(MINUTE_US)}.0 / :step AS INTEGER) AS step, sum(messages) AS messages
       FROM minutes WHERE profile = (SELECT key FROM profiles WHERE id = :profile) AND minute >= :first AND minute < :end
       GROUP BY step`,
    );
  }

  /**
   * How many messages there are in each step. A whole profile's are counted by the minute they came in; its first step
   * begins with a minute.
   * @throws LoupeError `invalid-argument` for too many steps, or too short ones
   */
  counts(request: CountsRequest): Float64Array {
    const { topicKey, stepUs, steps } = request;
    const leastUs = topicKey === null ? MINUTE_US : 1;
    if (!(steps >= 1 && steps <= MOST_STEPS && stepUs >= leastUs)) {
      throw new LoupeError(
        'invalid-argument',
        'Messages cannot be counted: the steps are too many or too short.',
      );
    }
    return topicKey === null ? this.#ofProfile(request) : this.#ofTopic(request, topicKey);
  }

  #ofProfile({ profileId, fromUs, stepUs, steps }: CountsRequest): Float64Array {
    const counts = new Float64Array(steps);
    const first = Math.floor(fromUs / MINUTE_US);
    const end = first + Math.ceil((stepUs * steps) / MINUTE_US);
    for (const row of this.#minutes.iterate({ first, end, step: stepUs, profile: profileId })) {
      if (row.step < steps) counts[row.step] = row.messages;
    }
    return counts;
  }

  #ofTopic({ fromUs, stepUs, steps }: CountsRequest, topic: number): Float64Array {
    const counts = new Float64Array(steps);
    const stepOf = (timeUs: number): number => Math.floor((timeUs - fromUs) / stepUs);
    const add = (step: number, messages: number): void => {
      if (step >= 0 && step < steps) counts[step] = (counts[step] ?? 0) + messages;
    };
    for (const unit of this.#runs.unitsBefore(topic, Number.MAX_SAFE_INTEGER)) {
      if (stepOf(unit.lastUs) < 0 || stepOf(unit.firstUs) >= steps) continue;
      for (const run of this.#source.runsOf(unit, topic)) {
        const { from, to } = run.place(topic) ?? { from: 0, to: 0 };
        const { firstUs, lastUs } = run.bounds;
        const step = stepOf(firstUs);
        if (step === stepOf(lastUs)) add(step, to - from);
        else for (const timeUs of run.heads.timesUs.subarray(from, to)) add(stepOf(timeUs), 1);
      }
    }
    return counts;
  }
}
