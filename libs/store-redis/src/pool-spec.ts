import { DEFAULT_POOL_CONFIG, type PoolSpec } from '@agentainer/core';

/** A stored spec, or undefined where the text is none: one bad record must not stop the others' pools. */
export function readPoolSpec(text: string): PoolSpec | undefined {
  let value: Partial<PoolSpec> | null;
  try {
    value = JSON.parse(text) as Partial<PoolSpec> | null;
  } catch {
    return undefined;
  }
  if (typeof value?.id !== 'string' || typeof value.image !== 'string') return undefined;
  const config = { ...DEFAULT_POOL_CONFIG, ...value.config };
  const { min_size, max_size, idle_timeout, max_agent_uses } = config;
  const numbers = [min_size, max_size, idle_timeout, max_agent_uses];
  if (!numbers.every((n) => Number.isSafeInteger(n))) return undefined;
  return { ...value, id: value.id, image: value.image, config };
}
