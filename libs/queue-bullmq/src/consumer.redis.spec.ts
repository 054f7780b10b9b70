import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { Consumer } from './consumer.js';
import { lanePayload } from './payloads.js';
import { poolQueue } from './queue-names.js';
import { BullStepQueue } from './step-queue.js';

const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
const JOBS = 12;

it('tells each job by a signal of its own that it stops', async () => {
  const keyPrefix = `t-${randomUUID()}`;
  const queue = new BullStepQueue(redisUrl, keyPrefix);
  const pool = { id: 'p', image: 'x', config: DEFAULT_POOL_CONFIG };
  await queue.addRun('run', [{ step: 'a', pool, lanes: JOBS, generation: 0, priority: 5 }]);
  const signals = new Set<AbortSignal>();
  let allAtWork: () => void;
  const atWork = new Promise<void>((resolve) => (allAtWork = resolve));
  const consumer = new Consumer({
    redisUrl,
    keyPrefix,
    queueName: poolQueue('p'),
    concurrency: JOBS,
    payload: lanePayload,
    handle: async (_, { signal }) => {
      if (signals.add(signal).size === JOBS) allAtWork();
      await once(signal, 'abort');
      return { kind: 'again', inMs: 60_000 };
    },
    logger: silentLogger,
  });
  await consumer.start();
  await atWork;
  await consumer.stop();
  expect([...signals].every((signal) => signal.aborted)).toBe(true);
  await expect(queue.queue(poolQueue('p')).getDelayedCount()).resolves.toBe(JOBS);
  await queue.close();
});
