import { QueueFullError } from '@agentainer/core';
import type { RunRecord } from './records.js';
import { RunAdmission } from './run-admission.js';

const admission = (active: number, there: string[] = []) =>
  new RunAdmission(
    {
      activeCount: () => Promise.resolve(active),
      load: (id) => Promise.resolve(there.includes(id) ? ({ id } as RunRecord) : undefined),
    },
    10,
  );

it('lets runs in below the limit, and refuses them from it on, with a time to come back', async () => {
  await admission(9).admit('run_1');
  const refused: unknown = await admission(10)
    .admit('run_1')
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(QueueFullError);
  expect(refused).toMatchObject({ code: 'QUEUE_FULL', retryAfterMs: 5_000 });
});

it('lets a run in that is there already', async () => {
  await admission(10, ['run_1']).admit('run_1');
});
