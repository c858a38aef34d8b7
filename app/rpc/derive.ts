/** Types that are derived from the contract, so that nothing is written twice. */
type Call = (arg: never) => unknown;
type Argument<F> = F extends () => unknown
  ? []
  : F extends (arg: infer A) => unknown
    ? [arg: A]
    : never;

/** What a client sees: the same signatures, answered later. */
export type Client<T> = {
  readonly [K in keyof T]: T[K] extends Call
    ? (...args: Argument<T[K]>) => Promise<ReturnType<T[K]>>
    : never;
};

/** What a server writes: the same signatures, answered now or later. */
export type Implementation<T> = {
  readonly [K in keyof T]: T[K] extends Call
    ? (...args: Argument<T[K]>) => ReturnType<T[K]> | Promise<ReturnType<T[K]>>
    : never;
};

/** A `Proxy` that turns every property into a call of `send`. */
export function clientOf<T extends object>(
  send: (method: string, arg: unknown) => Promise<unknown>,
): Client<T> {
  return new Proxy({} as Client<T>, {
    get: (_target, method) =>
      // A client is sometimes returned from async code, which asks for `then`.
      typeof method !== 'string' || method === 'then'
        ? undefined
        : (arg?: unknown) => send(method, arg),
  });
}
