/** The reference for keeping time: a timer for each of 1,000 moments a second, and nothing to do. */
import { percentile } from '../statistics';
import { tell, type ProgramOptions } from './arguments';
import type { SendResult } from './replay-sender';

export async function keepTime({ expect }: ProgramOptions): Promise<void> {
  const late: number[] = [];
  const beganMs = performance.now();
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const nowMs = performance.now();
      while (late.length < expect && beganMs + late.length <= nowMs) {
        late.push(nowMs - beganMs - late.length);
      }
      if (late.length < expect) setTimeout(look, 1);
      else resolve();
    };
    look();
  });
  const lateP99Ms = percentile(late, 0.99);
  const result: SendResult = { sent: expect, acknowledged: 0, rate: 1_000, lateP99Ms };
  tell({ result });
}
