import type { LastWords } from '@agentainer/pool';
import { TestPool } from '../pool.fixture.js';
import { testRedis } from '../redis.fixture.js';
import { noteDeath, readDeath } from './pool-died.js';

const redis = testRedis();

async function deathsOf(pool: TestPool) {
  const noted = await redis.lrange(`${pool.keys.pool(pool.spec.id, 'host')}:deaths`, 0, -1);
  return noted.map(readDeath);
}

it('keeps the latest deaths of a pool on a host, each once, whatever the agent printed', async () => {
  const pool = new TestPool(redis);
  await pool.share();
  const note = (id: string, words: LastWords) => noteDeath(pool.scope, pool.spec.id, id, words);
  const first = { how: 'ended with exit code 1', exitCode: 1, output: 'x' };
  expect(await note('a', first)).toBe(true);
  const words = { how: undefined, output: 'a|b\n9|c|"ü" \\ {}' };
  expect(await note('b', words)).toBe(true);
  expect([await note('a', words), await note('b', first)]).toEqual([false, false]);
  const { now } = await pool.snapshot();
  const [b, a] = await deathsOf(pool);
  expect([a, b]).toMatchObject([
    { agentId: 'a', ...first },
    { agentId: 'b', output: words.output },
  ]);
  expect(b!.how).toBeUndefined();
  expect(Math.abs(now - b!.at)).toBeLessThan(10_000);
  for (let i = 0; i < 12; i++) await note(`agent-${i}`, first);
  const ids = (await deathsOf(pool)).map(({ agentId }) => agentId);
  expect(ids).toEqual(Array.from({ length: 10 }, (_, i) => `agent-${11 - i}`));
});

it('notes nothing of a pool that is not known', async () => {
  const pool = new TestPool(redis);
  expect(await noteDeath(pool.scope, pool.spec.id, 'a', { how: undefined, output: '' })).toBe(false);
  expect(await deathsOf(pool)).toEqual([]);
});
