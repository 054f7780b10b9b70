import type { TaskState } from '@agentainer/core';
import { estimatedEnd } from './estimate.js';
import type { StepRecord } from './records.js';

const counts = (given: Partial<Record<TaskState, number>>) =>
  ({
    pending: 0,
    running: 0,
    retrying: 0,
    completed: 0,
    failed: 0,
    timed_out: 0,
    ...given,
  }) as StepRecord['counts'];

function step(given: Partial<Record<TaskState, number>>, more: Partial<StepRecord> = {}): StepRecord {
  const all = counts(given);
  const total = Object.values(all).reduce((sum, n) => sum + n, 0);
  const times = { openedAt: 1_000, touchedAt: 0, startedAt: 1_000, finishedAt: 0 };
  return { name: 's', state: 'running', total, counts: all, dropped: 0, generation: 0, ...times, ...more };
}

it('expects the tasks that are left to end as fast as those that have ended, however they did', () => {
  const counted = { completed: 2, failed: 1, timed_out: 1, pending: 5, running: 2, retrying: 1 };
  expect(estimatedEnd(step(counted), 5_000)).toBe(5_000 + 8 * 1_000);
});

it('expects nothing before the first task has ended, nor of a step that does not run', () => {
  expect(estimatedEnd(step({ running: 1, pending: 3 }), 5_000)).toBeUndefined();
  expect(estimatedEnd(step({ completed: 3 }, { state: 'completed' }), 5_000)).toBeUndefined();
  expect(estimatedEnd(step({ pending: 3 }, { state: 'ready', startedAt: 0 }), 5_000)).toBeUndefined();
});
