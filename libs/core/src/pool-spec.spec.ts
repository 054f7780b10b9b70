import { poolConfigSchema } from './pool-config.js';
import { poolOf } from './pool-spec.js';

const base = {
  image: 'registry.local:5000/Team/Scraper:1.2',
  execution_mode: 'pooled' as const,
  pool_config: poolConfigSchema.parse({}),
};

it('is one pool for the same image and configuration', () => {
  expect(poolOf(base)).toEqual(poolOf({ ...base, pool_config: { ...base.pool_config } }));
  expect(poolOf(base).config).toEqual(base.pool_config);
});

it('is another pool when anything differs', () => {
  const ids = new Set([
    poolOf(base).id,
    poolOf({ ...base, image: 'registry.local:5000/team/scraper:1.2' }).id,
    poolOf({ ...base, execution_mode: 'standard' }).id,
    ...[{ min_size: 1 }, { max_size: 5 }, { idle_timeout: 1 }, { max_agent_uses: 2 }, { warm_up: true }].map(
      (change) => poolOf({ ...base, pool_config: { ...base.pool_config, ...change } }).id,
    ),
  ]);
  expect(ids.size).toBe(8);
});

it('has an id that is safe in keys, queue names and container names', () => {
  for (const image of ['a', '---', 'A'.repeat(255), base.image, 'x@sha256:abc', 'ünï']) {
    expect(poolOf({ ...base, image }).id).toMatch(/^[a-z0-9-]{1,32}-[0-9a-f]{8}$|^-[0-9a-f]{8}$/);
  }
  expect(poolOf(base).id).toMatch(/^registry-local-5000-team-scraper-[0-9a-f]{8}$/);
});

it('serves one task per agent in the mode standard, which is reuse across no more than a task', () => {
  const standard = poolOf({ ...base, execution_mode: 'standard' });
  expect(standard.config).toMatchObject({ reuse: 'task', max_agent_uses: 1 });
  expect(poolOf({ ...base, pool_config: { ...base.pool_config, reuse: 'task' } })).toEqual(standard);
});
