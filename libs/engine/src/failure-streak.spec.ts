import { retrySchema } from '@agentainer/core';
import { FailureStreak } from './failure-streak.js';
import type { AttemptResult } from './agent-port.js';

const policy = retrySchema.parse({ non_retryable: ['FINAL'] });
const error = { code: 'BAD', message: 'no' };
const failed = { kind: 'failed', error, retryable: true, suspect: false } as const;

/** Notes results by the index of their tasks. */
function streak(...results: [number, AttemptResult][]): FailureStreak {
  const noted = new FailureStreak();
  for (const [index, result] of results) noted.note({ runId: 'run_1', step: 'm', index }, result, policy);
  return noted;
}

it('counts the different tasks that failed one after another', () => {
  const two = streak([1, failed], [2, failed], [1, failed]);
  expect(two.failed).toEqual({ tasks: ['run_1.m.1', 'run_1.m.2'], afterSuccess: false });
  expect(two.isTooLong).toBe(false);
  expect(streak([1, failed], [2, failed], [3, failed]).isTooLong).toBe(true);
});

it.each<AttemptResult>([{ kind: 'completed', result: '1' }, { kind: 'dropped' }])(
  'begins anew with a task that completes: %j',
  (done) => {
    const { failed: told } = streak([1, failed], [2, failed], [3, done], [4, failed]);
    expect(told).toEqual({ tasks: ['run_1.m.4'], afterSuccess: true });
  },
);

it.each<AttemptResult>([
  { ...failed, retryable: false },
  { ...failed, error: { ...error, code: 'FINAL' } },
  { ...failed, error: { ...error, code: 'RESULT_TOO_LARGE' } },
  { kind: 'lost', error },
  { kind: 'stopped', error },
  { kind: 'timed_out', error },
])('takes no notice of what another attempt on another agent would not mend: %j', (result) => {
  expect(streak([1, failed], [2, result], [3, result]).failed.tasks).toEqual(['run_1.m.1']);
});
