import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { mustBePossible } from './must-be-possible.js';

it('refuses limits that a process cannot be held to, each by its name', () => {
  expect(() => mustBePossible({ ...DEFAULT_POOL_CONFIG, memory: 2 ** 30, scratch: 2 ** 20 })).toThrow(
    'pool_config.memory, pool_config.scratch cannot be enforced here',
  );
  expect(() => mustBePossible({ ...DEFAULT_POOL_CONFIG, network: 'inner' })).toThrow('pool_config.network');
  expect(() => mustBePossible(DEFAULT_POOL_CONFIG)).not.toThrow();
});
