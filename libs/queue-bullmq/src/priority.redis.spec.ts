import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@agentainer/runtime';
import type { Queue } from 'bullmq';
import { z } from 'zod';
import { connectQueue } from './connection.js';
import { Consumer, type JobEnd } from './consumer.js';
import { QueueAgeing } from './queue-ageing.js';
import { poolQueue } from './queue-names.js';
import { BullStepQueue } from './step-queue.js';

const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
const payload = z.object({ step: z.string() }).loose();

let keyPrefix: string;
let queue: BullStepQueue;
let lanes: Queue;
let taken: string[];
let consumer: Consumer<typeof payload>;
let end: (step: string, times: number) => JobEnd | Promise<JobEnd>;
const redis = connectQueue(redisUrl);
afterAll(() => redis.disconnect());
beforeEach(() => {
  keyPrefix = `t-${randomUUID()}`;
  queue = new BullStepQueue(redisUrl, keyPrefix);
  lanes = queue.queue(poolQueue('p'));
  taken = [];
  end = () => ({ kind: 'done' });
  consumer = new Consumer({
    redisUrl,
    keyPrefix,
    queueName: poolQueue('p'),
    concurrency: 1,
    payload,
    logger: silentLogger,
    handle: async ({ step }) => {
      taken.push(step);
      return end(step, taken.filter((other) => other === step).length);
    },
  });
});
afterEach(async () => {
  await consumer.stop();
  await queue.close();
});

const add = (step: string, priority: number, count = 1) =>
  queue.addRun(`run-${step}`, [
    {
      step,
      pool: { id: 'p', image: 'x', config: DEFAULT_POOL_CONFIG },
      lanes: count,
      generation: 0,
      priority,
    },
  ]);

async function takenAll(count: number): Promise<string[]> {
  const deadline = Date.now() + 10_000;
  while (taken.length < count && Date.now() < deadline) await new Promise(setImmediate);
  return taken;
}

it('takes the most urgent lanes first, and those of one priority in their order', async () => {
  await add('low', 9);
  await add('plain', 5);
  await add('plain-2', 5);
  await add('urgent', 1);
  await consumer.start();
  expect(await takenAll(4)).toEqual(['urgent', 'plain', 'plain-2', 'low']);
});

it('puts a lane that comes again behind those of its priority, before those of a lower one', async () => {
  end = (step, times) => (step === 'a' && times === 1 ? { kind: 'again', inMs: 0 } : { kind: 'done' });
  await add('a', 4);
  await add('b', 4);
  await add('c', 5);
  await consumer.start();
  expect(await takenAll(4)).toEqual(['a', 'b', 'a', 'c']);
});

it('keeps the priority of a lane that was to come later, and of one that is woken', async () => {
  end = (step, times) =>
    step === 'a' && times === 1 ? { kind: 'again', inMs: 3_600_000 } : { kind: 'done' };
  await add('a', 2);
  await consumer.start();
  await takenAll(1);
  const deadline = Date.now() + 10_000;
  while ((await lanes.getDelayedCount()) === 0 && Date.now() < deadline);
  await consumer.stop();
  const [job] = await lanes.getDelayed();
  await queue.wake(`${poolQueue('p')}|${job!.id}`);
  await queue.wake(`${poolQueue('p')}|${job!.id}`);
  expect((await lanes.getPrioritized()).map((found) => found.priority)).toEqual([2]);
});

it('tells of lanes that are as urgent, or more', async () => {
  await consumer.start();
  let told: boolean[] = [];
  end = async () => {
    await add('low', 6);
    told = [await consumer.othersWait(5), await consumer.othersWait(6), await consumer.othersWait(9)];
    end = () => ({ kind: 'done' });
    return { kind: 'done' };
  };
  await add('a', 5);
  await takenAll(2);
  expect(told).toEqual([false, true, true]);
});

describe('ageing', () => {
  const priorities = async () =>
    Object.fromEntries(
      (await lanes.getPrioritized()).map((job) => [(job.data as { step: string }).step, job.priority]),
    );
  const ageing = () => new QueueAgeing(lanes, redis, 100);

  it('moves the first lane of a level up where it stays the first', async () => {
    await add('urgent', 1);
    await add('low', 9);
    await add('low-2', 9);
    const ages = ageing();
    await ages.look(0);
    await ages.look(99);
    expect(await priorities()).toEqual({ urgent: 1, low: 9, 'low-2': 9 });
    await ages.look(100);
    expect(await priorities()).toEqual({ urgent: 1, low: 8, 'low-2': 9 });
    for (let now = 200; now <= 2_000; now += 100) await ages.look(now);
    expect(await priorities()).toEqual({ urgent: 1, low: 1, 'low-2': 1 });
    end = (step, times) =>
      step === 'low' && times === 1 ? { kind: 'again', inMs: 3_600_000 } : { kind: 'done' };
    await consumer.start();
    expect(await takenAll(3)).toEqual(['urgent', 'low', 'low-2']);
  });

  it('gives a lane that moved up its own priority again once it has had its turn', async () => {
    await add('low', 9);
    const ages = ageing();
    for (let now = 0; now <= 400; now += 100) await ages.look(now);
    expect((await priorities()).low).toBeLessThan(9);
    end = () => ({ kind: 'again', inMs: 3_600_000 });
    await consumer.start();
    await takenAll(1);
    const deadline = Date.now() + 10_000;
    while ((await lanes.getDelayedCount()) === 0 && Date.now() < deadline);
    const [job] = await lanes.getDelayed();
    expect(job!.priority).toBe(9);
  });

  it('leaves alone a level whose lanes are taken', async () => {
    await add('a', 5);
    await add('b', 5);
    const ages = ageing();
    await ages.look(0);
    await (await lanes.getPrioritized())[0]!.remove();
    await ages.look(150);
    expect(await priorities()).toEqual({ b: 5 });
  });
});
