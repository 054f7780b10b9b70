import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Hands } from './crowd.js';

/** How long a lane waits for a token, in seconds. */
const WAIT_S = 10;

/** The yardstick of a hand-off: tokens in a list of Redis, for which lanes wait with `BLPOP`, each on its own connection. */
export async function rawTokens(redisPath: string, tokens: number): Promise<Hands<string>> {
  const list = `raw-${randomUUID()}`;
  const connections: Redis[] = [];
  const connect = () => {
    const redis = new Redis({ path: redisPath, maxRetriesPerRequest: null });
    connections.push(redis);
    return redis;
  };
  const giver = connect();
  await giver.rpush(list, ...Array.from({ length: tokens }, (_, i) => `token-${i}`));
  return {
    lane: () => {
      const own = connect();
      return async () => {
        const taken = await own.blpop(list, WAIT_S);
        if (!taken) throw new Error('no token in time');
        return taken[1];
      };
    },
    idOf: (token) => token,
    giveBack: async (token) => void (await giver.rpush(list, token)),
    close: async () => {
      await giver.del(list);
      for (const connection of connections) connection.disconnect();
    },
  };
}
