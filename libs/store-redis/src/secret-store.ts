import { ConflictError } from '@agentainer/core';
import { cipherOf, type SealedSecret, type SecretStore, Vault } from '@agentainer/secrets';
import type { Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Secrets of an instance; calls at the same moment may pass it by their number. */
const MOST_SECRETS = 1_000;

/** The secrets of an instance, for a process with that key. @throws {SecretKeyError} where it is none */
export function redisVault(redis: Redis, keys: Keys, key: string | undefined): Vault {
  return new Vault(new RedisSecretStore(redis, keys), cipherOf(key));
}

/** Sealed secrets in one hash: name → `<updated at>|<sealed>`. */
export class RedisSecretStore implements SecretStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async put({ name, sealed, updatedAt }: SealedSecret): Promise<void> {
    const key = this.keys.secrets();
    const [count, known] = await Promise.all([this.redis.hlen(key), this.redis.hexists(key, name)]);
    if (count >= MOST_SECRETS && known === 0)
      throw new ConflictError(`there are ${count} secrets, and no more are kept`);
    await this.redis.hset(key, name, `${updatedAt}|${sealed}`);
  }

  async get(name: string): Promise<SealedSecret | undefined> {
    const text = await this.redis.hget(this.keys.secrets(), name);
    return text === null ? undefined : read(name, text);
  }

  async list(): Promise<Omit<SealedSecret, 'sealed'>[]> {
    const all = await this.redis.hgetall(this.keys.secrets());
    return Object.entries(all)
      .map(([name, text]) => ({ name, updatedAt: read(name, text).updatedAt }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(name: string): Promise<boolean> {
    return (await this.redis.hdel(this.keys.secrets(), name)) === 1;
  }
}

function read(name: string, text: string): SealedSecret {
  const cut = text.indexOf('|');
  return { name, updatedAt: Number(text.slice(0, cut)), sealed: text.slice(cut + 1) };
}
