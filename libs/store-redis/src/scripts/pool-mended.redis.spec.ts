import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { mendPool } from './pool-mended.js';
import { noteStartFailure } from './pool-start-failed.js';

const redis = testRedis();

it('forgets what was noted of failed starts, and lanes may wait again', async () => {
  const pool = new TestPool(redis);
  const error = { code: 'IMAGE_NOT_FOUND', message: 'no' };
  const failure = { error, failures: 3, retryInMs: 60_000, broken: true };
  await noteStartFailure(pool.scope, pool.spec.id, 'x', failure);
  expect(await pool.acquire('t')).toEqual({ kind: 'broken', error });
  await mendPool(pool.scope, pool.spec.id);
  const { failures, retryAt, error: left } = await pool.snapshot();
  expect({ failures, retryAt, left }).toEqual({ failures: 0, retryAt: 0, left: undefined });
  expect(await pool.acquire('t')).toEqual({ kind: 'queued' });
});
