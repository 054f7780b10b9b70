import { Leaser } from '@agentainer/pool';
import { silentLogger } from '@agentainer/runtime';
import type { Redis } from 'ioredis';
import { connectRedis } from './connection.js';
import { RedisLeaseStore } from './pool-leases.js';
import { TestPool, until } from './pool.fixture.js';
import { testRedis } from './redis.fixture.js';

const URL = process.env.AGENTAINER_TEST_REDIS!;

/** A worker process: connections and a leaser of its own. */
class TestWorker {
  private constructor(
    private readonly id: string,
    readonly redis: Redis,
    readonly subscriber: Redis,
    readonly store: RedisLeaseStore,
    readonly leaser: Leaser,
  ) {}

  static async start(pool: TestPool, id: string): Promise<TestWorker> {
    const [redis, subscriber] = [await connectRedis(URL, 'worker'), await connectRedis(URL, 'subscriber')];
    const store = new RedisLeaseStore(redis, subscriber, pool.keys, pool.scope.host, id);
    const leaser = new Leaser({ store, logger: silentLogger });
    await leaser.start();
    return new TestWorker(id, redis, subscriber, store, leaser);
  }

  async lease(pool: TestPool, waitMs = 20_000) {
    return this.leaser.lease(pool.spec.id, { waitMs, signal: new AbortController().signal });
  }

  /** From now on nobody hears what this worker is told. */
  async goDeaf(pool: TestPool): Promise<void> {
    await this.subscriber.unsubscribe(pool.keys.grants(this.id));
  }

  async stop(): Promise<void> {
    await this.leaser.stop();
    await Promise.all([this.redis.quit(), this.subscriber.quit()]);
  }
}

const redis = testRedis();
let pool: TestPool;
let workers: TestWorker[];
beforeEach(async () => {
  pool = new TestPool(redis, { max_size: 5, max_agent_uses: 1_000_000 });
  workers = await Promise.all(['worker_a', 'worker_b', 'worker_c'].map((id) => TestWorker.start(pool, id)));
});
afterEach(() => Promise.all(workers.map((worker) => worker.stop())));

const key = (part = '') => pool.keys.pool(pool.spec.id, pool.scope.host) + part;

/** Takes and gives back an agent again and again, and fails where somebody else has it, too. */
async function loop(worker: TestWorker, rounds: number, holders: Map<string, string>, waitMs?: number) {
  let leased = 0;
  for (let round = 0; round < rounds; round++) {
    const answer = await worker.lease(pool, waitMs);
    if (answer.kind !== 'leased') continue;
    const { agentId, id } = answer.held.lease;
    if (holders.has(agentId)) throw new Error(`${agentId} is held twice`);
    holders.set(agentId, id);
    await new Promise((resolve) => setImmediate(resolve));
    holders.delete(agentId);
    await worker.leaser.release(answer.held, { uses: 1, suspect: false });
    leased++;
  }
  return leased;
}

it('never gives an agent to two lanes, and forgets no lane', async () => {
  await pool.idle('a', 'b', 'c', 'd', 'e');
  const holders = new Map<string, string>();
  const lanes = workers.flatMap((worker) => Array.from({ length: 10 }, () => loop(worker, 40, holders)));
  const leased = await Promise.all(lanes);
  expect(leased).toEqual(Array(30).fill(40));
  expect(await pool.counts()).toEqual({ creating: 0, idle: 5, leased: 0, draining: 0, retiring: 0 });
  expect(await redis.exists(key(':waiters'), key(':tickets'))).toBe(0);
  expect(await redis.hget(key(), 'served')).toBe('1200');
});

it('loses no agent where lanes give up while they are granted one', async () => {
  await pool.idle('a', 'b');
  const holders = new Map<string, string>();
  const lanes = workers.flatMap((worker) => Array.from({ length: 10 }, () => loop(worker, 40, holders, 2)));
  await Promise.all(lanes);
  await until(async () => (await pool.counts()).idle === 2);
  expect(await redis.exists(key(':waiters'), key(':tickets'))).toBe(0);
});

it('serves lanes of all workers in the order in which they came', async () => {
  await pool.idle('a');
  const first = await workers[0]!.lease(pool);
  if (first.kind !== 'leased') throw new Error(first.kind);
  const order: number[] = [];
  const lanes: Promise<void>[] = [];
  for (let i = 0; i < 12; i++) {
    const worker = workers[i % 3]!;
    lanes.push(
      worker.lease(pool).then(async (answer) => {
        if (answer.kind !== 'leased') throw new Error(answer.kind);
        order.push(i);
        await worker.leaser.release(answer.held, { uses: 1, suspect: false });
      }),
    );
    await until(async () => (await pool.snapshot()).waiting === i + 1);
  }
  await workers[0]!.leaser.release(first.held, { uses: 1, suspect: false });
  await Promise.all(lanes);
  expect(order).toEqual([...Array(12).keys()]);
});

it('gives what a dead worker waited for to the next one', async () => {
  await pool.idle('a');
  const [a, b, c] = workers as [TestWorker, TestWorker, TestWorker];
  const held = await a.lease(pool);
  if (held.kind !== 'leased') throw new Error(held.kind);
  await b.store.acquire({
    poolId: pool.spec.id,
    ticket: 'of-the-dead',
    realm: '',
    ttlMs: 10_000,
    behindMs: 0,
  });
  const waiting = c.lease(pool);
  await until(async () => (await pool.snapshot()).waiting === 2);
  await b.goDeaf(pool);
  await a.leaser.release(held.held, { uses: 1, suspect: false });
  expect((await waiting).kind).toBe('leased');
});

it('gets an agent all the same where its grant was not heard', async () => {
  await pool.idle('a');
  const [a, b] = workers as [TestWorker, TestWorker, TestWorker];
  const held = await a.lease(pool);
  if (held.kind !== 'leased') throw new Error(held.kind);
  const waiting = b.lease(pool);
  await until(async () => (await pool.snapshot()).waiting === 1);
  await b.goDeaf(pool);
  await a.leaser.release(held.held, { uses: 1, suspect: false });
  expect((await waiting).kind).toBe('leased');
});

it('leases an idle agent in about a millisecond', async () => {
  await pool.idle('a', 'b', 'c', 'd', 'e');
  const took: number[] = [];
  const lane = async (worker: TestWorker) => {
    for (let round = 0; round < 100; round++) {
      const start = performance.now();
      const answer = await worker.lease(pool);
      took.push(performance.now() - start);
      if (answer.kind === 'leased') await worker.leaser.release(answer.held, { uses: 1, suspect: false });
    }
  };
  await Promise.all(workers.map(lane));
  took.sort((x, y) => x - y);
  expect(took[took.length / 2]).toBeLessThan(10);
});
