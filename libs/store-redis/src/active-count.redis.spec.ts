import { validateDefinition } from '@agentainer/core';
import { newKeys, testRedis } from './redis.fixture.js';
import { RedisRunStore } from './run-store.js';

const definition = validateDefinition({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
const redis = testRedis();

it('counts the runs of a workflow that have not ended, and drops what a start that crashed left', async () => {
  const keys = newKeys();
  const runs = new RedisRunStore(redis, keys);
  const run = (id: string, workflowVersion: number | null) =>
    runs.create({ id, workflowId: 'wf_1', workflowVersion, definition, input: 'null' });
  await run('run_1', 1);
  await run('run_2', 2);
  await run('job', null);
  expect(await runs.activeCount('wf_1')).toBe(2);
  expect(await runs.activeCount('wf_2')).toBe(0);
  await runs.retire('run_1');
  expect(await runs.activeCount('wf_1')).toBe(1);

  // The index was written and the record was not; the sweeper knows no more than the id.
  await redis.zadd(keys.workflowActiveRuns('wf_1'), 1, 'run_crashed');
  expect(await runs.activeCount('wf_1')).toBe(1);
  expect(await redis.zcard(keys.workflowActiveRuns('wf_1'))).toBe(1);
});
