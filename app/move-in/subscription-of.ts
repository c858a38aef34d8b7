import type { Subscription } from '../subscription';

/** A level of QoS; what is none is 0. */
export function qosOf(value: number | null): 0 | 1 | 2 {
  return value === 1 || value === 2 ? value : 0;
}

/** A subscription with the options that are named. */
export function subscriptionOf(
  filter: string,
  qos: number | null,
  options: Partial<Subscription> = {},
): Subscription {
  return { filter, qos: qosOf(qos), ...options };
}
