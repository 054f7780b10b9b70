import { poolConfigSchema } from '@agentainer/core';
import { poolConfigView } from './pool-config-view.js';

it('shows a configuration so that it could be said again', () => {
  const config = poolConfigSchema.parse({
    max_agent_age: '1h30m',
    max_agent_memory: 2 ** 28,
    stop_grace: '10s',
  });
  expect(poolConfigView(config)).toMatchObject({
    max_agent_age: '1h30m',
    max_agent_memory: '256MiB',
    stop_grace: '10s',
    idle_timeout: '5m',
  });
  expect(poolConfigSchema.parse(poolConfigView(config))).toEqual(config);
  expect(poolConfigView(poolConfigSchema.parse({}))).not.toHaveProperty('max_agent_age');
});
