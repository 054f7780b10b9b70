import { SecretCipher, Vault } from '@agentainer/secrets';
import type { Keys } from './keys.js';
import { newKeys, testRedis } from './redis.fixture.js';
import { RedisSecretStore } from './secret-store.js';

const redis = testRedis();
let keys: Keys;
let vault: Vault;
beforeEach(() => {
  keys = newKeys();
  vault = new Vault(new RedisSecretStore(redis, keys), SecretCipher.ofText(SecretCipher.newKey()), () => 7);
});

it('keeps secrets sealed, lists their names, and forgets them', async () => {
  await vault.put('db.password', 'correct horse');
  await vault.put('api', 'another one');
  expect(await vault.put('api', 'the second one')).toEqual({ name: 'api', updatedAt: 7 });
  expect(await vault.reveal('api')).toBe('the second one');
  expect(await vault.list()).toEqual([
    { name: 'api', updatedAt: 7 },
    { name: 'db.password', updatedAt: 7 },
  ]);
  const stored = JSON.stringify(await redis.hgetall(keys.secrets()));
  for (const text of ['correct', 'second', Buffer.from('correct horse').toString('base64')])
    expect(stored).not.toContain(text);
  await vault.remove('api');
  await expect(vault.remove('api')).rejects.toThrow('secret api does not exist');
  await expect(vault.reveal('api')).rejects.toThrow('secret api does not exist');
});

it('says what is wrong with a value', async () => {
  await expect(vault.put('a', 'short')).rejects.toThrow('value: must have at least 8 characters');
  await expect(vault.put('a', 'x'.repeat(70_000))).rejects.toThrow('value: must have at most 65536 bytes');
});

it('tells nothing without the key that it was sealed with', async () => {
  await vault.put('api', 'correct horse');
  const store = new RedisSecretStore(redis, keys);
  await expect(new Vault(store, undefined).reveal('api')).rejects.toThrow('secrets need a key');
  await expect(new Vault(store, undefined).put('b', 'correct horse')).rejects.toThrow('secrets need a key');
  const other = new Vault(store, SecretCipher.ofText(SecretCipher.newKey()));
  await expect(other.reveal('api')).rejects.toThrow('sealed with another key');
});
