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
