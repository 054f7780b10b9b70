import { validateDefinition } from '@agentainer/core';
import { newKeys, testRedis } from '../redis.fixture.js';
import { RedisRunStore } from '../run-store.js';
import { RedisTaskLedger } from '../task-ledger.js';

const redis = testRedis();

it('lists attempts that run, and those that were not renewed in time with their items', async () => {
  const keys = newKeys();
  const runs = new RedisRunStore(redis, keys);
  const ledger = new RedisTaskLedger(redis, keys);
  const steps = [{ type: 'map', name: 'm', image: 'x', items: [1] }];
  const definition = validateDefinition({ name: 'w', steps });
  await runs.create({ id: 'run_1', workflowId: null, workflowVersion: null, definition, input: 'null' });
  await runs.putItems('run_1', 'm', 'l', 0, ['"a"', '"b"', '"c"']);
  await runs.apply('run_1', [{ kind: 'open', step: 'm', total: 3, layout: 'l' }]);
  const claim = async (agentId: string) => {
    const answer = await ledger.completeAndClaim({ runId: 'run_1', step: 'm', agentId });
    return answer.claim.kind === 'task' ? answer.claim.task.token : '';
  };
  const [first, second] = [await claim('one'), await claim('two')];
  const all = { limit: 10, overdue: false };
  expect(await ledger.running('run_1', 'm', all)).toEqual([
    { index: 0, token: first, agentId: 'one' },
    { index: 1, token: second, agentId: 'two' },
  ]);
  expect(await ledger.running('run_1', 'm', { limit: 1, overdue: false })).toHaveLength(1);
  expect(await ledger.running('run_1', 'm', { limit: 10, overdue: true })).toEqual([]);
  await redis.zadd(keys.stepAlive('run_1', 'm'), 1, '1');
  expect(await ledger.running('run_1', 'm', { limit: 10, overdue: true })).toEqual([
    { index: 1, token: second, agentId: 'two', item: '"b"' },
  ]);
  expect(await ledger.running('run_1', 'other', all)).toEqual([]);
});
