import { type Step, validateDefinition } from '@agentainer/core';
import { failsFast, succeeded } from './step-success.js';

const counts = { pending: 0, running: 0, retrying: 0, completed: 0, failed: 0, timed_out: 0, cancelled: 0 };
const ended = (completed: number, failed: number, timed_out = 0) => ({
  counts: { ...counts, completed, failed, timed_out },
  total: completed + failed + timed_out,
});
const map = (policies: object = {}): Step =>
  validateDefinition({
    name: 'w',
    steps: [{ type: 'map', name: 'm', image: 'x', items: [], ...policies }],
  }).steps[0]!;

it('counts what failed and what took too long alike', () => {
  const step = map({ failure_tolerance: 2 });
  expect(succeeded(step, ended(8, 1, 1))).toBe(true);
  expect(succeeded(step, ended(7, 1, 2))).toBe(false);
});

it('tolerates nothing unless told to', () => {
  expect(succeeded(map(), ended(10, 0))).toBe(true);
  expect(succeeded(map(), ended(9, 1))).toBe(false);
});

it('fails fast only where the step says so, and only beyond the tolerance', () => {
  const step = map({ failure_tolerance: '20%', on_failure: 'fail_fast' });
  expect(failsFast(step, { failures: 2, total: 10 })).toBe(false);
  expect(failsFast(step, { failures: 3, total: 10 })).toBe(true);
  expect(failsFast(map(), { failures: 10, total: 10 })).toBe(false);
});

it('keeps to the tolerance that was said while the run went on', () => {
  const hasty = map({ failure_tolerance: '20%', on_failure: 'fail_fast' });
  expect(failsFast(hasty, { failures: 3, total: 10, failureTolerance: 3 })).toBe(false);
  expect(failsFast(hasty, { failures: 1, total: 10, failureTolerance: '5%' })).toBe(true);
  expect(succeeded(map(), { ...ended(7, 3), failureTolerance: '30%' })).toBe(true);
  expect(succeeded(map({ failure_tolerance: 3 }), { ...ended(7, 3), failureTolerance: 0 })).toBe(false);
});
