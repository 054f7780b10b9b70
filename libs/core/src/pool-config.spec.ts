import { canonicalConfig, DEFAULT_POOL_CONFIG, poolConfigSchema } from './pool-config.js';

it('is the same text whatever the order, and whether a default is said or not', () => {
  const a = poolConfigSchema.parse({ max_size: 8, min_size: 2, warm_up: false });
  const b = poolConfigSchema.parse({ min_size: 2, max_size: 8 });
  expect(canonicalConfig(a)).toBe(canonicalConfig(b));
  expect(canonicalConfig(DEFAULT_POOL_CONFIG)).toBe('[]');
});

it('leaves out what was never said', () => {
  expect(canonicalConfig({ ...DEFAULT_POOL_CONFIG, later: undefined } as never)).toBe('[]');
});

it('tells what may not be', () => {
  const faults = (config: object) =>
    poolConfigSchema
      .safeParse(config)
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  expect(faults({ buffer: 5, max_size: 4 })).toEqual(['buffer must not be greater than max_size']);
  expect(faults({ max_agent_age: '10ms', stop_grace: '6m' })).toEqual([
    'max_agent_age must be at least 1s',
    'stop_grace must be at most 5m',
  ]);
  expect(faults({ max_agent_memory: 1_000 })).toEqual(['max_agent_memory must be from 1MiB to 1TiB']);
  expect(faults({ max_agent_memory: '1GiB', memory: '1GiB' })).toEqual([
    'max_agent_memory must be less than memory',
  ]);
  expect(
    faults({ buffer: 4, max_agent_age: '1h', max_agent_memory: 2 ** 30, stop_grace: '1m' }),
  ).toBeUndefined();
});

it('lists hosts where the network is egress, and nowhere else', () => {
  const faulty = (config: object) =>
    poolConfigSchema.safeParse(config).error?.issues.map(({ path }) => path.join('.'));
  expect(faulty({ network: 'egress', egress: ['api.example.com:443'] })).toBeUndefined();
  expect(faulty({ network: 'inner' })).toBeUndefined();
  expect(faulty({ network: 'egress' })).toEqual(['egress']);
  expect(faulty({ protocol: 'exec', network: 'egress', egress: ['a.example:443'] })).toBeUndefined();
  expect(faulty({ egress: ['api.example.com:443'] })).toEqual(['egress']);
  expect(faulty({ network: 'egress', egress: ['example.com'] })).toEqual(['egress.0']);
  expect(faulty({ network: 'container:abc' })).toEqual(['network']);
});
