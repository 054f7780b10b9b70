import { IdempotencyStore } from '../idempotency-store.js';
import type { Keys } from '../keys.js';
import { newKeys, testRedis } from '../redis.fixture.js';
import { reserveKey } from './idempotency-reserve.js';

const redis = testRedis();
let keys: Keys;
let store: IdempotencyStore;
beforeEach(() => {
  keys = newKeys();
  store = new IdempotencyStore(redis, keys);
});

const at = (id: string, more: object = {}) => ({ client: 'c', key: 'k', fingerprint: 'f', id, ...more });
const answer = { status: 201, location: '/runs/1', body: '{"a":[]}' };

it('reserves the id with the key, and gives the recorded answer from then on', async () => {
  const mine = await store.reserve(at('run_1'));
  expect(mine).toMatchObject({ kind: 'reserved', id: 'run_1', first: true });
  expect(await store.settle({ client: 'c', key: 'k', ...mine }, { kind: 'answered', answer })).toBe(true);
  expect(await store.reserve(at('run_2'))).toMatchObject({ kind: 'answered', answer });
});

it('refuses the key for another request, and keeps clients apart', async () => {
  await store.reserve(at('run_1'));
  expect(await store.reserve(at('run_2', { fingerprint: 'g' }))).toMatchObject({ kind: 'other' });
  expect(await store.reserve(at('run_3', { client: 'd' }))).toMatchObject({ kind: 'reserved', id: 'run_3' });
});

it('makes others wait while one is at work, and gives the id of a dead one to the next', async () => {
  const short = new IdempotencyStore(redis, keys, { holdMs: 1, keepMs: 60_000 });
  await store.reserve(at('run_1', { key: 'long' }));
  expect(await store.reserve(at('run_2', { key: 'long' }))).toMatchObject({ kind: 'busy' });
  const dead = await short.reserve(at('run_1'));
  let next = await store.reserve(at('run_2'));
  for (const until = Date.now() + 5_000; next.kind === 'busy' && Date.now() < until;)
    next = await store.reserve(at('run_2'));
  expect(next).toMatchObject({ kind: 'reserved', id: 'run_1', first: false });
  const settled = await short.settle({ client: 'c', key: 'k', ...dead }, { kind: 'answered', answer });
  expect(settled).toBe(false);
});

it('may be tried again with the same id after a failure, and forgets what was refused', async () => {
  const failed = await store.reserve(at('run_1'));
  await store.settle({ client: 'c', key: 'k', ...failed }, { kind: 'open' });
  const again = await store.reserve(at('run_2'));
  expect(again).toMatchObject({ kind: 'reserved', id: 'run_1', first: false });
  await store.settle({ client: 'c', key: 'k', ...again }, { kind: 'forgotten' });
  expect(await store.reserve(at('run_3', { fingerprint: 'g' }))).toMatchObject({ id: 'run_3', first: true });
});

it('gives a call that the connection sends twice what it has', async () => {
  const request = { fingerprint: 'f', id: 'run_1', holder: 'h', holdMs: 60_000, keepMs: 60_000 };
  const key = keys.idempotency('c', 'x');
  const first = await reserveKey(redis, key, request);
  expect(await reserveKey(redis, key, request)).toEqual(first);
});

it('keeps a key for a day', async () => {
  await store.reserve(at('run_1'));
  const [key] = await redis.keys(`${keys.prefix}:idempotency:*`);
  const left = await redis.pttl(key!);
  expect(left).toBeGreaterThan(86_000_000);
  expect(left).toBeLessThanOrEqual(86_400_000);
});
