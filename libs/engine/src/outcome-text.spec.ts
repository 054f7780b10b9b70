import type { StepRecord } from './records.js';
import { cutOffOutcome, outcomeText } from './outcome-text.js';

const counts = { pending: 0, running: 0, retrying: 0, completed: 1, failed: 0, timed_out: 0, cancelled: 0 };
const step = (more: Partial<StepRecord['counts']>) => ({ counts: { ...counts, ...more } });
const read = (...given: Parameters<typeof outcomeText>) => JSON.parse(outcomeText(...given)!) as unknown;

it('tells how a task ended', () => {
  const error = { code: 'BAD', message: 'bad' };
  expect(read({ result: '[1]' }, 3)).toEqual({ index: 3, status: 'completed', result: [1] });
  expect(read({ error }, 4)).toEqual({ index: 4, status: 'failed', error });
  expect(read({ error: { ...error, code: 'HEARTBEAT_TIMEOUT' } }, 5)).toMatchObject({ status: 'timed_out' });
  expect(outcomeText({ dropped: true }, 6)).toBeUndefined();
});

it('tells of tasks that their step cut off', () => {
  expect(read(cutOffOutcome(step({ cancelled: 2 })), 0)).toMatchObject({
    status: 'cancelled',
    error: { code: 'TASK_CANCELLED' },
  });
  expect(read(cutOffOutcome(step({ timed_out: 2 })), 0)).toMatchObject({
    status: 'timed_out',
    error: { code: 'STEP_TIMEOUT' },
  });
});
