import type { Alert, AlertReader, AlertStore, AlertType, PoolStanding } from '@agentainer/pool';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';
import { raiseAlert } from './scripts/alert-raise.js';

/** Alerts in Redis. */
export class RedisAlertStore implements AlertStore, AlertReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async exhausted(): Promise<ReadonlySet<string>> {
    return new Set(await this.redis.smembers(this.keys.exhaustedPools()));
  }

  raise(type: AlertType, pool: PoolStanding): Promise<boolean> {
    return raiseAlert(this.redis, this.keys, type, pool);
  }

  async untold(limit: number): Promise<Alert[]> {
    const told = await this.redis.get(this.keys.toldAlert());
    const begin = told === null ? '-' : `(${told}`;
    return (await this.redis.xrange(this.keys.alerts(), begin, '+', 'COUNT', limit)).map(alertOf);
  }

  async told(id: string): Promise<void> {
    await this.redis.set(this.keys.toldAlert(), id);
  }

  async alerts(limit: number): Promise<Alert[]> {
    return (await this.redis.xrevrange(this.keys.alerts(), '+', '-', 'COUNT', limit)).map(alertOf);
  }
}

function alertOf([id, fields]: [string, string[]]): Alert {
  const [, type, , pool] = fields as [string, string, string, string];
  return {
    id,
    at: Number(id.slice(0, id.indexOf('-'))),
    type: type as AlertType,
    pool: JSON.parse(pool) as PoolStanding,
  };
}
