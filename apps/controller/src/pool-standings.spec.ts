import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import type { PoolStatus } from '@agentainer/pool';
import { PoolStandings } from './pool-standings.js';

const status = (
  id: string,
  host: string,
  agents: Partial<PoolStatus['agents']>,
  waiting: number,
): PoolStatus => ({
  ...{ id, host, image: 'x', waiting, served: 0, retryAt: 0, deaths: [] },
  config: { ...DEFAULT_POOL_CONFIG, max_size: 8 },
  share: { min_size: 0, max_size: 4 },
  ...{ drained: false, size: { min_size: 0, max_size: 8 } },
  agents: { creating: 0, idle: 0, leased: 0, cleaning: 0, draining: 0, retiring: 0, ...agents },
});

it('adds up the hosts of each pool, and what waits in its queue', async () => {
  const pools = [
    status('a', 'h1', { leased: 3, creating: 1 }, 2),
    status('b', 'h1', { idle: 1 }, 0),
    status('a', 'h2', { leased: 1, idle: 2, retiring: 1 }, 1),
  ];
  const queue = { depth: (id: string) => Promise.resolve(id === 'a' ? 10 : 0) };
  expect(await new PoolStandings({ list: () => Promise.resolve(pools) }, queue).standings()).toEqual([
    { id: 'a', max_size: 8, agents: 8, idle: 2, waiting: 13 },
    { id: 'b', max_size: 4, agents: 1, idle: 1, waiting: 0 },
  ]);
});
