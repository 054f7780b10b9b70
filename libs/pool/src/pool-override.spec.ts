import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { isDecided, type PoolOverride, sizeOf, sizeToDivide } from './pool-override.js';

const config = { ...DEFAULT_POOL_CONFIG, min_size: 2, max_size: 4 };

it.each<[Partial<PoolOverride>, number, number, boolean]>([
  [{}, 2, 4, false],
  [{ min_size: 0 }, 0, 4, true],
  [{ max_size: 9 }, 2, 9, true],
  [{ min_size: 3, max_size: 3 }, 3, 3, true],
  [{ max_size: 1 }, 1, 1, true],
])('outweighs the sizes of the configuration: %j', (said, min_size, max_size, decided) => {
  const override = { drained: false, ...said };
  expect(sizeOf(config, override)).toEqual({ min_size, max_size });
  expect(sizeToDivide(config, override)).toEqual({ min_size, max_size });
  expect(isDecided(override)).toBe(decided);
});

it('leaves nothing to be divided of a pool that is drained, which keeps its size for later', () => {
  const override = { drained: true, max_size: 9 };
  expect(sizeToDivide(config, override)).toEqual({ min_size: 0, max_size: 0 });
  expect(sizeOf(config, override)).toEqual({ min_size: 2, max_size: 9 });
  expect(isDecided({ drained: true })).toBe(true);
});
