import type { LimitSlots } from '@agentainer/engine';

/** Limits as scripts read them: id, slots (0 for any number), microseconds for a token to drip (0 without a rate), tokens. */
export function limitArguments(limits: LimitSlots['limits']): (string | number)[] {
  return limits.flatMap(({ id, maxParallel = 0, rate }) => [
    id,
    maxParallel,
    // Whole, and never less than promised: Redis counts microseconds.
    rate ? Math.ceil((rate.perMs * 1_000) / rate.count) : 0,
    rate?.burst ?? 0,
  ]);
}
