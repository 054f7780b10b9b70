import { DEFAULT_POOL_CONFIG, poolOf, type PoolSpec } from '@agentainer/core';
import type { PoolSnapshot } from './ports.js';
import { Succession } from './succession.js';

const poolWith = (digest: string | undefined, min_size: number): PoolSpec =>
  poolOf({ image: 'x', digest, execution_mode: 'pooled', pool_config: { ...DEFAULT_POOL_CONFIG, min_size } });

/** What is found out of a pool where its image is `now`. */
async function judged(spec: PoolSpec, now: string | undefined) {
  const successors: [string, number][] = [];
  const succession = new Succession({
    registry: { succeed: ({ id }, lastUsed) => Promise.resolve(void successors.push([id, lastUsed])) },
    images: { digestOf: () => now },
  });
  const { superseded = false } = await succession.judge({ spec, lastUsed: 7 } as PoolSnapshot);
  return { superseded, successors };
}

it('has the pool of the new image take the place of one that keeps agents ready', async () => {
  expect(await judged(poolWith('sha256:1', 2), 'sha256:2')).toEqual({
    superseded: true,
    successors: [[poolWith('sha256:2', 2).id, 7]],
  });
});

it('makes no pool known for one that keeps none', async () => {
  expect(await judged(poolWith('sha256:1', 0), 'sha256:2')).toEqual({ superseded: true, successors: [] });
});

it.each([
  ['sha256:1', 'sha256:1'],
  ['sha256:1', undefined],
  [undefined, 'sha256:2'],
])('leaves a pool of %s alone where the image is %s', async (digest, now) => {
  expect(await judged(poolWith(digest, 2), now)).toEqual({ superseded: false, successors: [] });
});
