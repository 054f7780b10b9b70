import { createHash, randomBytes } from 'node:crypto';
import { newId } from '@agentainer/core';
import { type Scope, scopeSchema } from '@agentainer/contracts';
import type { Redis } from 'ioredis';
import { BoundedCache } from './bounded-cache.js';
import type { Keys } from './keys.js';

/** What is known of an API key; the key itself is shown once, when it is made, and kept nowhere. */
export interface ApiKeyRecord {
  id: string;
  name: string;
  scopes: Scope[];
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** How long another process may still honour a revoked key, in milliseconds. */
export const KEY_CACHE_MS = 5_000;
const CACHED_KEYS = 1_000;
const KEY_FORM = /^ak_[A-Za-z0-9_-]{43}$/;

/** API keys in Redis, found by their SHA-256. */
export class ApiKeyStore {
  private readonly cache = new BoundedCache<string, { record: ApiKeyRecord; until: number }>(CACHED_KEYS);

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly now: () => number = Date.now,
  ) {}

  /** Makes a key. The index entry is written first, so that a crash leaves an entry without a key, never a key unlisted. */
  async create(name: string, scopes: readonly Scope[]): Promise<{ key: string; record: ApiKeyRecord }> {
    const key = `ak_${randomBytes(32).toString('base64url')}`;
    const record: ApiKeyRecord = { id: newId('key'), name, scopes: [...scopes], createdAt: this.now() };
    await this.redis.hset(this.keys.apiKeys(), record.id, hashOf(key));
    await this.redis.hset(this.keys.apiKey(hashOf(key)), {
      id: record.id,
      name,
      scopes: scopes.join(' '),
      createdAt: record.createdAt,
    });
    return { key, record };
  }

  /** Whose key it is; undefined for one that was never made, or was revoked. */
  async verify(key: string): Promise<ApiKeyRecord | undefined> {
    if (!KEY_FORM.test(key)) return undefined;
    const hash = hashOf(key);
    const cached = this.cache.get(hash);
    if (cached && cached.until > this.now()) return cached.record;
    const record = readRecord(await this.redis.hgetall(this.keys.apiKey(hash)));
    if (record) this.cache.set(hash, { record, until: this.now() + KEY_CACHE_MS });
    return record;
  }

  /** All keys, oldest first. */
  async list(): Promise<ApiKeyRecord[]> {
    const hashes = await this.redis.hvals(this.keys.apiKeys());
    const records = await Promise.all(hashes.map((hash) => this.redis.hgetall(this.keys.apiKey(hash))));
    return records
      .map(readRecord)
      .filter((record) => record !== undefined)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  /** False where there is no such key. Other processes honour it for up to {@link KEY_CACHE_MS}. */
  async revoke(id: string): Promise<boolean> {
    const hash = await this.redis.hget(this.keys.apiKeys(), id);
    if (hash === null) return false;
    const removed = await this.redis.del(this.keys.apiKey(hash));
    await this.redis.hdel(this.keys.apiKeys(), id);
    this.cache.delete(hash);
    return removed > 0;
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function readRecord(fields: Record<string, string>): ApiKeyRecord | undefined {
  const { id, name, scopes, createdAt } = fields;
  if (!id) return undefined;
  const known = (scopes ?? '').split(' ').flatMap((s) => scopeSchema.safeParse(s).data ?? []);
  return { id, name: name ?? '', scopes: known, createdAt: Number(createdAt) };
}
