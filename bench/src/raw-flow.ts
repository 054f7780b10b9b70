import { randomUUID } from 'node:crypto';
import { FlowProducer, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** Concurrency beyond this gains a BullMQ worker nothing. */
const CONCURRENCY = 16;

/** The yardstick: a BullMQ flow of so many no-op jobs under one parent; jobs a second, from `add` to the parent's run. */
export async function rawFlow(redisPath: string, jobs: number): Promise<number> {
  const prefix = `raw-${randomUUID()}`;
  const connection = new Redis({ path: redisPath, maxRetriesPerRequest: null });
  const kept = { removeOnComplete: true };
  const children = new Worker('children', () => Promise.resolve(1), {
    connection,
    prefix,
    concurrency: CONCURRENCY,
    ...remove,
  });
  const parents = new Worker('parents', () => Promise.resolve(1), { connection, prefix });
  const flows = new FlowProducer({ connection, prefix });
  try {
    await Promise.all([children.waitUntilReady(), parents.waitUntilReady(), flows.waitUntilReady()]);
    const ended = new Promise((resolve) => parents.once('completed', resolve));
    const began = performance.now();
    await flows.add({
      name: 'parent',
      queueName: 'parents',
      children: Array.from({ length: jobs }, (_, i) => ({
        name: 'child',
        queueName: 'children',
        data: { i },
        opts: kept,
      })),
    });
    await ended;
    return jobs / ((performance.now() - began) / 1_000);
  } finally {
    await children.close();
    await parents.close();
    await flows.close();
    connection.disconnect();
  }
}

const remove = { removeOnComplete: { count: 0 } };
