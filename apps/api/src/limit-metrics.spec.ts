import { Registry } from '@agentainer/runtime';
import { measureLimits } from './limit-metrics.js';

it('sums up the limits of each kind, and tells nothing where they cannot be read', async () => {
  const registry = new Registry();
  let standings = () =>
    Promise.resolve([
      { id: 'key:wf:a', held: 2, waiting: 1 },
      { id: 'key:wf:b', held: 1, waiting: 4 },
      { id: 'global', held: 3, waiting: 0 },
    ]);
  measureLimits(registry, () => standings());
  const text = await registry.metrics();
  expect(text).toContain('agentainer_limit_held{kind="key"} 3');
  expect(text).toContain('agentainer_limit_waiting{kind="key"} 5');
  expect(text).toContain('agentainer_limit_held{kind="global"} 3');
  expect(text).toContain('agentainer_limit_held{kind="workflow"} 0');
  standings = () => Promise.reject(new Error('gone'));
  expect(await registry.metrics()).not.toContain('kind=');
});
