import { validateDefinition } from '@agentainer/core';
import { newKeys, testRedis } from '../redis.fixture.js';
import { RedisRunStore } from '../run-store.js';
import { settleCondition } from './condition-settle.js';

const redis = testRedis();

const definition = validateDefinition({ name: 'w', steps: [{ name: 'a', image: 'x', when: 'input.ok' }] });

it('keeps the first answer, and takes none for a step that is not pending', async () => {
  const keys = newKeys();
  const runs = new RedisRunStore(redis, keys);
  const id = 'run_1';
  const settle = (holds: boolean) => settleCondition(redis, keys, { runId: id, step: 'a' }, { holds });
  expect(await settle(true)).toBe(false);
  expect(await redis.exists(keys.runSteps(id))).toBe(0);
  await runs.create({ id, workflowId: null, workflowVersion: null, definition, input: '{}' });
  expect(await settle(false)).toBe(true);
  expect(await settle(true)).toBe(false);
  const read = async () => (await runs.load(id))!.steps[0];
  expect(await read()).toMatchObject({ state: 'pending', condition: { holds: false } });
  expect((await runs.events(id, 0, 10)).map((e) => e.type)).toEqual([
    'run.started',
    'condition.did_not_hold',
  ]);
  await redis.hdel(keys.runSteps(id), 'a:condition');
  await runs.apply(id, [{ kind: 'close', step: 'a', to: 'skipped' }]);
  expect(await settle(true)).toBe(false);
  expect((await read())!.condition).toBeUndefined();
});
