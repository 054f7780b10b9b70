import { NON_RETRYABLE, type RetryPolicy, type TaskError } from '@agentainer/core';

/**
 * Milliseconds until the next attempt, or undefined where there is none.
 * @param failures attempts that have failed, this one included; lost attempts do not count
 * @param random a number in [0, 1); jitter takes up to its share off the delay, so that retries spread out
 */
export function retryDelay(
  policy: RetryPolicy,
  failures: number,
  error: Pick<TaskError, 'code'>,
  random: number,
): number | undefined {
  if (NON_RETRYABLE.has(error.code) || failures >= policy.max_attempts) return undefined;
  const delay = Math.min(policy.delay * growth(policy, failures), policy.max_delay);
  return Math.round(delay * (1 - policy.jitter * random));
}

function growth({ backoff }: RetryPolicy, failures: number): number {
  switch (backoff) {
    case 'constant':
      return 1;
    case 'linear':
      return failures;
    case 'exponential':
      return 2 ** (failures - 1);
  }
}
