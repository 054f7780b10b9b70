import type { OverrideChange, PoolOverride } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

const FIELDS = ['drained', 'min_size', 'max_size'] as const;
type Field = (typeof FIELDS)[number];

/** What operators have decided about pools, for all hosts; it outweighs what a pool's configuration says. */
export class PoolOverrides {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async of(poolId: string): Promise<PoolOverride> {
    const texts = await this.redis.hmget(this.keys.poolOverrides(), ...FIELDS.map((f) => fieldOf(poolId, f)));
    return readOverride((field) => texts[FIELDS.indexOf(field)]);
  }

  /** Of any pool; read at one time. */
  async reader(): Promise<(poolId: string) => PoolOverride> {
    const all = await this.redis.hgetall(this.keys.poolOverrides());
    return (poolId) => readOverride((field) => all[fieldOf(poolId, field)]);
  }

  async change(poolId: string, change: OverrideChange): Promise<void> {
    const key = this.keys.poolOverrides();
    const said = FIELDS.filter((field) => change[field] !== undefined);
    const transaction = this.redis.multi();
    for (const field of said) {
      if (change[field] === null) transaction.hdel(key, fieldOf(poolId, field));
      else transaction.hset(key, fieldOf(poolId, field), Number(change[field]));
    }
    await transaction.exec();
  }
}

function fieldOf(poolId: string, field: Field): string {
  return `${poolId}:${field}`;
}

function readOverride(read: (field: Field) => string | null | undefined): PoolOverride {
  const size = (field: 'min_size' | 'max_size') => {
    const text = read(field);
    return text ? { [field]: Number(text) } : {};
  };
  return { drained: read('drained') === '1', ...size('min_size'), ...size('max_size') };
}
