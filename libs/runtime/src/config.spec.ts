import { z } from 'zod';
import { ConfigError, readConfig } from './config.js';

const schema = z.object({
  AGENTAINER_PORT: z.coerce.number().int().min(1).max(65_535).default(8_080),
  AGENTAINER_DRIVER: z.enum(['docker', 'process']).default('docker'),
  AGENTAINER_REDIS_URL: z.string().startsWith('redis'),
});

it('reads what it knows, and takes an empty variable for none', () => {
  const environment = { AGENTAINER_REDIS_URL: 'redis://r', AGENTAINER_PORT: '', HOME: '/root' };
  expect(readConfig(schema, environment)).toEqual({
    AGENTAINER_PORT: 8_080,
    AGENTAINER_DRIVER: 'docker',
    AGENTAINER_REDIS_URL: 'redis://r',
  });
});

it('tells all faults together, each with its variable', () => {
  const environment = { AGENTAINER_PORT: '70000', AGENTAINER_DRIVER: 'podman' };
  try {
    readConfig(schema, environment);
    throw new Error('was read');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { faults, message } = error as ConfigError;
    expect(faults.map((f) => f.split(':')[0])).toEqual([
      'AGENTAINER_PORT',
      'AGENTAINER_DRIVER',
      'AGENTAINER_REDIS_URL',
    ]);
    for (const fault of faults) expect(message).toContain(fault);
  }
});

it("reads the process's environment where none is given", () => {
  process.env['AGENTAINER_REDIS_URL'] = 'redis://from-the-process';
  try {
    expect(readConfig(schema).AGENTAINER_REDIS_URL).toBe('redis://from-the-process');
  } finally {
    delete process.env['AGENTAINER_REDIS_URL'];
  }
});
