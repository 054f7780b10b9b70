import { QueueFullError, validateDefinition } from '@agentainer/core';
import type { RunRecord } from './records.js';
import { RunAdmission } from './run-admission.js';

const candidate = (id: string, more: object = {}) => ({
  id,
  workflowId: 'wf_1',
  workflowVersion: 1,
  definition: validateDefinition({
    name: 'w',
    config: { max_active_runs: 2 },
    steps: [{ name: 'a', image: 'x' }],
  }),
  ...more,
});
const admission = (active: number, there: string[] = [], ofWorkflow = 0) =>
  new RunAdmission(
    {
      activeCount: (workflowId) => Promise.resolve(workflowId === undefined ? active : ofWorkflow),
      load: (id) => Promise.resolve(there.includes(id) ? ({ id } as RunRecord) : undefined),
    },
    10,
  );

it('lets runs in below the limit, and refuses them from it on, with a time to come back', async () => {
  await admission(9).admit(candidate('run_1'));
  const refused: unknown = await admission(10)
    .admit(candidate('run_1'))
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(QueueFullError);
  expect(refused).toMatchObject({ code: 'QUEUE_FULL', retryAfterMs: 5_000 });
});

it('lets a run in that is there already', async () => {
  await admission(10, ['run_1']).admit(candidate('run_1'));
});

it('keeps the runs of a workflow within its own limit, which single jobs listed with it do not count against', async () => {
  await admission(3, [], 1).admit(candidate('run_1'));
  await expect(admission(3, [], 2).admit(candidate('run_1'))).rejects.toThrow('2 runs of workflow wf_1');
  await admission(3, [], 2).admit(candidate('run_1', { workflowVersion: null }));
  await admission(3, ['run_1'], 2).admit(candidate('run_1'));
});
