import { Registry } from '@agentainer/runtime';
import { measureQueues } from './queue-metrics.js';

it('tells the depth of each queue, and none where it cannot be read', async () => {
  const registry = new Registry();
  let depths = () => Promise.resolve(new Map([['a', 3]]));
  measureQueues(registry, () => depths());
  expect(await registry.metrics()).toContain('agentainer_queue_depth{pool="a"} 3');
  depths = () => Promise.resolve(new Map([['b', 0]]));
  const next = await registry.metrics();
  expect(next).toContain('agentainer_queue_depth{pool="b"} 0');
  expect(next).not.toContain('pool="a"');
  depths = () => Promise.reject(new Error('gone'));
  expect(await registry.metrics()).not.toContain('pool=');
});
