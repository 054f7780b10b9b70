import { ApiKeyStore, KEY_CACHE_MS } from './api-keys.js';
import type { Keys } from './keys.js';
import { newKeys, testRedis } from './redis.fixture.js';

const redis = testRedis();
let keys: Keys;
let now: number;
let store: ApiKeyStore;

beforeEach(() => {
  keys = newKeys();
  now = 1_000_000;
  store = new ApiKeyStore(redis, keys, () => now);
});

it('knows a key that it made', async () => {
  const { key, record } = await store.create('laptop', ['read', 'write']);
  expect(key).toMatch(/^ak_[A-Za-z0-9_-]{43}$/);
  expect(await store.verify(key)).toEqual(record);
  expect(record).toMatchObject({ name: 'laptop', scopes: ['read', 'write'], createdAt: now });
});

it('keeps nothing from which a key could be read', async () => {
  const { key } = await store.create('laptop', ['admin']);
  const stored: unknown[] = [];
  for (const name of await redis.keys(`${keys.prefix}:*`)) stored.push(name, await redis.hgetall(name));
  expect(stored).toHaveLength(4);
  expect(JSON.stringify(stored)).not.toContain(key.slice(3));
});

it.each(['', 'ak_', 'garbage', `ak_${'x'.repeat(43)}`, `ak_${'x'.repeat(44)}`, 'ak_*'])(
  'does not know %j',
  async (key) => {
    await store.create('laptop', ['admin']);
    expect(await store.verify(key)).toBeUndefined();
  },
);

it('forgets a revoked key at once', async () => {
  const { key, record } = await store.create('laptop', ['admin']);
  await store.verify(key);
  expect(await store.revoke(record.id)).toBe(true);
  expect(await store.verify(key)).toBeUndefined();
  expect(await store.revoke(record.id)).toBe(false);
  expect(await store.list()).toEqual([]);
});

it('honours a key that another process revoked no longer than the cache lives', async () => {
  const { key, record } = await store.create('laptop', ['admin']);
  await store.verify(key);
  await new ApiKeyStore(redis, keys).revoke(record.id);
  expect(await store.verify(key)).toBeDefined();
  now += KEY_CACHE_MS;
  expect(await store.verify(key)).toBeUndefined();
});

it('lists keys by age, and leaves out an entry whose key was never written', async () => {
  const first = await store.create('first', ['read']);
  now += 1;
  const second = await store.create('second', ['admin']);
  await redis.hset(keys.apiKeys(), 'key_lost', 'f'.repeat(64));
  expect(await store.list()).toEqual([first.record, second.record]);
});
