import type { Redis } from 'ioredis';
import { connectRedis } from '../connection.js';
import { TestPool } from '../pool.fixture.js';
import { noteDeath, readDeath } from './pool-died.js';

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

it('keeps the latest death of a pool on a host, whatever the agent printed', async () => {
  const pool = new TestPool(redis);
  const read = async () => readDeath(await redis.hget(pool.keys.pool(pool.spec.id, 'host'), 'death'));
  expect(await read()).toBeUndefined();
  await noteDeath(pool.scope, pool.spec.id, 'a', { how: 'ended with exit code 1', output: 'x' });
  const words = { how: undefined, output: 'a|b\n"ü" \\ {}' };
  await noteDeath(pool.scope, pool.spec.id, 'b', words);
  const { now } = await pool.snapshot();
  const death = (await read())!;
  expect(death).toMatchObject({ agentId: 'b', output: words.output });
  expect(death.how).toBeUndefined();
  expect(Math.abs(now - death.at)).toBeLessThan(10_000);
});
