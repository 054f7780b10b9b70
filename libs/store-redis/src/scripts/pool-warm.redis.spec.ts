import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool, until } from '../pool.fixture.js';
import { warmPool } from './pool-warm.js';

let redis: Redis;
let subscriber: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  subscriber = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'subscriber');
});
afterAll(() => Promise.all([redis.quit(), subscriber.quit()]));

it('notes how many agents are wanted, and wakes the keeper', async () => {
  const pool = new TestPool(redis);
  const told: string[] = [];
  subscriber.on('message', (_, message: string) => told.push(message));
  await subscriber.subscribe(pool.keys.demand('host'));
  await warmPool(pool.scope, pool.spec.id, 4, 1_000);
  const { warm, warmUntil, now } = await pool.snapshot();
  expect({ warm, counts: warmUntil > now - 1_000 && warmUntil <= now + 1_000 }).toEqual({
    warm: 4,
    counts: true,
  });
  await until(() => told.includes(pool.spec.id));
});
