import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { PoolConsumers } from './pool-consumers.js';

it('has a consumer for each pool that is known, and no others', async () => {
  let known = ['a', 'b'];
  let wake: () => void = () => undefined;
  const running = new Set<string>();
  const consumers = new PoolConsumers({
    pools: () => Promise.resolve(known.map((id) => ({ id, image: id, config: DEFAULT_POOL_CONFIG }))),
    onDemand: (listener) => {
      wake = listener;
      return () => undefined;
    },
    consume: ({ id }) => ({
      name: id,
      start: () => Promise.resolve(void running.add(id)),
      stop: () => Promise.resolve(void running.delete(id)),
    }),
    logger: silentLogger,
  });
  const has = async (...ids: string[]) => {
    const deadline = Date.now() + 5_000;
    while ([...running].sort().join() !== ids.join() && Date.now() < deadline) {
      await new Promise(setImmediate);
    }
    expect([...running].sort()).toEqual(ids);
  };
  await consumers.start();
  await has('a', 'b');
  known = ['b', 'c'];
  wake();
  await has('b', 'c');
  await consumers.stop();
  await has();
});
