import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type ConnectionRole, openRedis } from './connection.js';
import { Keys } from './keys.js';

/** A connection to the Redis of the tests for all tests of a file; to be asked for outside of them, it ends behind them. */
export function testRedis(role: ConnectionRole = 'worker'): Redis {
  const redis = openRedis(process.env.AGENTAINER_TEST_REDIS!, role);
  afterAll(() => redis.disconnect());
  return redis;
}

/** Keys that no other test has. */
export function newKeys(): Keys {
  return new Keys(`test-${randomUUID()}`);
}
