import { Registry } from '@agentainer/runtime';
import { measureExhaustion } from './exhaustion-metrics.js';

it('shows which pools are exhausted, and nothing where that cannot be read', async () => {
  const registry = new Registry();
  let exhausted = () => Promise.resolve(new Set(['a', 'gone']));
  measureExhaustion(registry, { ids: () => Promise.resolve(['a', 'b']), exhausted: () => exhausted() });
  expect(await registry.metrics()).toMatch(
    /agentainer_pool_exhausted\{pool="a"\} 1\nagentainer_pool_exhausted\{pool="b"\} 0\n$/,
  );
  exhausted = () => Promise.reject(new Error('away'));
  expect(await registry.metrics()).not.toContain('agentainer_pool_exhausted{');
});
