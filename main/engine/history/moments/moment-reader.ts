import type { MomentAnswer, MomentRequest } from './moment-queries';
import type { Moments } from './moments';

/** A question without the profile that it is about. */
export type MomentAsked = MomentRequest extends infer Request
  ? Request extends MomentRequest
    ? Omit<Request, 'profileId'>
    : never
  : never;

/** The engine's side: questions of one kind each go through one function. */
export function momentsBy(
  send: (request: MomentAsked, settled: boolean) => Promise<MomentAnswer>,
): Moments {
  return {
    ask: async (question, argument, settled) => {
      // Question, argument and answer belong together, which the compiler cannot follow through one function.
      const request = { question, argument } as MomentAsked;
      return (await send(request, settled)) as never;
    },
  };
}
