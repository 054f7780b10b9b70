import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { randomUUID } from 'node:crypto';
import { connectQueue } from './connection.js';
import { BullStepQueue } from './step-queue.js';
import { poolQueue, STEPS_QUEUE } from './queue-names.js';

const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
let queue: BullStepQueue;
beforeEach(() => {
  queue = new BullStepQueue(redisUrl, `t-${randomUUID()}`);
});
afterEach(() => queue.close());

const lanes = (step: string, count: number) => ({
  step,
  pool: { id: 'p', image: 'x', config: DEFAULT_POOL_CONFIG },
  lanes: count,
  generation: 0,
  priority: 5,
});
const waiting = (name: string) => queue.queue(name).getJobCounts('prioritized', 'waiting-children');

it('puts several lanes under a fan-in', async () => {
  await queue.addRun('run', [lanes('a', 3)]);
  await expect(waiting(poolQueue('p'))).resolves.toMatchObject({ prioritized: 3 });
  await expect(waiting(STEPS_QUEUE)).resolves.toMatchObject({ 'waiting-children': 1 });
});

it('puts a single lane under the run itself, which goes on waiting for the steps that follow', async () => {
  await queue.addRun('run', [lanes('a', 1)]);
  await queue.addSteps('run', [lanes('b', 1)]);
  await queue.addSteps('run', [lanes('b', 1)]);
  await expect(waiting(poolQueue('p'))).resolves.toMatchObject({ prioritized: 2 });
  await expect(waiting(STEPS_QUEUE)).resolves.toMatchObject({ 'waiting-children': 0 });
  const root = await queue.queue('runs').getJob('run');
  await expect(root!.getDependenciesCount()).resolves.toMatchObject({ unprocessed: 2 });
});

it('knows the lanes that are queued, by their generation', async () => {
  await queue.addRun('run', [lanes('a', 1)]);
  await expect(queue.hasLanes('run', lanes('a', 1))).resolves.toBe(true);
  await expect(queue.hasLanes('run', { ...lanes('a', 1), generation: 1 })).resolves.toBe(false);
});

it('leaves a queue alone that has lanes, and nothing of one that has none', async () => {
  await queue.addRun('run', [lanes('a', 1)]);
  await expect(queue.clear('p')).resolves.toBe(false);
  const [lane] = await queue.queue(poolQueue('p')).getPrioritized();
  await lane!.remove();
  await expect(queue.clear('p')).resolves.toBe(true);
  const redis = connectQueue(redisUrl);
  const left = await redis.keys(`${queue.queue(poolQueue('p')).toKey('')}*`);
  redis.disconnect();
  // Looking at a queue writes its settings anew.
  expect(left.filter((key) => !key.endsWith(':meta'))).toEqual([]);
  await queue.addRun('run-2', [lanes('b', 2)]);
  await expect(waiting(poolQueue('p'))).resolves.toMatchObject({ prioritized: 2 });
});
