import { ApiKeyStore, connectRedis, Keys } from '@agentainer/store-redis';
import { readCredentials } from './credentials.js';

/** The API key of this machine's own clients: the one in the file where Redis knows it, or else a new one. */
export async function localKey(
  redisUrl: string,
  keyPrefix: string,
  credentialsPath: string,
): Promise<string> {
  const redis = await connectRedis(redisUrl, 'request');
  try {
    const store = new ApiKeyStore(redis, new Keys(keyPrefix));
    const known = readCredentials(credentialsPath)?.key;
    if (known !== undefined && (await store.verify(known))) return known;
    return (await store.create('local', ['admin'])).key;
  } finally {
    redis.disconnect();
  }
}
