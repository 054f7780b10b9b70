import { Divider } from '@agentainer/pool';
import type { Logger, Service } from '@agentainer/runtime';
import { type Keys, type Redis, RedisHostStore, RedisLeadership } from '@agentainer/store-redis';

export interface DividingOptions {
  redis: Redis;
  subscriber: Redis;
  keys: Keys;
  host: string;
  logger: Logger;
}

/** The divider of pools: every controller has one, and the one that leads divides them among all hosts. */
export function dividing({ redis, subscriber, keys, host, logger }: DividingOptions): Service[] {
  const leadership = new RedisLeadership({ redis, keys, task: 'divider', logger });
  const store = new RedisHostStore(redis, subscriber, keys, host);
  return [leadership, new Divider({ store, leadership, host, logger })];
}
