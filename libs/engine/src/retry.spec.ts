import type { RetryPolicy } from '@agentainer/core';
import { retryDelay } from './retry.js';

const policy = (p: Partial<RetryPolicy>): RetryPolicy => ({
  max_attempts: 5,
  backoff: 'constant',
  delay: 1_000,
  max_delay: 60_000,
  jitter: 0,
  ...p,
});
const failed = (code: string, retryAfterMs?: number) => ({ failures: 1, error: { code }, retryAfterMs });
const delay = (p: RetryPolicy, failures: number) => retryDelay(p, { ...failed('X'), failures }, 0);

it.each([
  ['constant', [1_000, 1_000, 1_000, 1_000, undefined]],
  ['linear', [1_000, 2_000, 3_000, 4_000, undefined]],
  ['exponential', [1_000, 2_000, 4_000, 8_000, undefined]],
] as const)('%s backoff', (backoff, delays) => {
  expect([1, 2, 3, 4, 5].map((n) => delay(policy({ backoff }), n))).toEqual(delays);
});

it('never waits longer than max_delay', () => {
  expect(delay(policy({ backoff: 'exponential', max_attempts: 100, max_delay: 5_000 }), 60)).toBe(5_000);
});

it('takes jitter off the delay', () => {
  expect(retryDelay(policy({ jitter: 0.5 }), failed('X'), 0.5)).toBe(750);
});

it('does not retry what no attempt can mend', () => {
  expect(retryDelay(policy({}), failed('RESULT_TOO_LARGE'), 0)).toBeUndefined();
});

it('does not retry codes that the policy names as final, nor others than those it retries on', () => {
  const retried = (p: Partial<RetryPolicy>) =>
    ['HTTP_503', 'HTTP_404', 'EXIT_2'].filter((c) => retryDelay(policy(p), failed(c), 0) !== undefined);
  expect(retried({ non_retryable: ['HTTP_404', 'EXIT_2'] })).toEqual(['HTTP_503']);
  expect(retried({ retry_on: ['HTTP_503', 'EXIT_2'] })).toEqual(['HTTP_503', 'EXIT_2']);
  expect(retried({ retry_on: [] })).toEqual([]);
});

it('waits as long as the failure asks for, even beyond max_delay, and jitter takes nothing off that', () => {
  const limited = policy({ delay: 10, max_delay: 20, jitter: 1 });
  expect(retryDelay(limited, failed('HTTP_429', 30_000), 0.9)).toBe(30_000);
  expect(retryDelay(policy({}), failed('HTTP_429', 5), 0)).toBe(1_000);
});
