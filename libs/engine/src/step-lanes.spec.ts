import { validateDefinition } from '@agentainer/core';
import { lanesOf } from './step-lanes.js';

const lanes = (pool_config: object, total: number) => {
  const map = { type: 'map', name: 'm', image: 'i', items: { input: '' }, max_parallel: 50, pool_config };
  const definition = validateDefinition({ name: 'w', config: { max_parallel: 50 }, steps: [map] });
  return lanesOf(definition, { name: 'm', total, generation: 0 }).lanes;
};

it('makes a lane for each task that the agents of the pool serve at once, and for no more tasks than there are', () => {
  expect(lanes({ max_size: 3 }, 100)).toBe(3);
  expect(lanes({ max_size: 3, agent_concurrency: 8 }, 100)).toBe(24);
  expect(lanes({ max_size: 3, agent_concurrency: 8 }, 7)).toBe(7);
  expect(lanes({ max_size: 30, agent_concurrency: 8 }, 100)).toBe(50);
});
