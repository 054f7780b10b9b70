import { TestPool, until } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { warmPool } from './pool-warm.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

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
