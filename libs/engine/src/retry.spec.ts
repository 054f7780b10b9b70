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
const code = { code: 'AGENT_FAILED' };

it.each([
  ['constant', [1_000, 1_000, 1_000, 1_000, undefined]],
  ['linear', [1_000, 2_000, 3_000, 4_000, undefined]],
  ['exponential', [1_000, 2_000, 4_000, 8_000, undefined]],
] as const)('%s backoff', (backoff, delays) => {
  expect([1, 2, 3, 4, 5].map((n) => retryDelay(policy({ backoff }), n, code, 0))).toEqual(delays);
});

it('never waits longer than max_delay', () => {
  expect(
    retryDelay(policy({ backoff: 'exponential', max_attempts: 100, max_delay: 5_000 }), 60, code, 0),
  ).toBe(5_000);
});

it('takes jitter off the delay', () => {
  expect(retryDelay(policy({ jitter: 0.5 }), 1, code, 0.5)).toBe(750);
});

it('does not retry what no attempt can mend', () => {
  expect(retryDelay(policy({}), 1, { code: 'RESULT_TOO_LARGE' }, 0)).toBeUndefined();
});
