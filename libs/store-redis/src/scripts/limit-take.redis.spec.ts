import type { LimitSlots } from '@agentainer/engine';
import type { Keys } from '../keys.js';
import { RedisLimitStore } from '../limit-store.js';
import { newKeys, testRedis } from '../redis.fixture.js';

const TIMES = { ttlMs: 60_000, leastMs: 100, mostMs: 1_000, graceMs: 5_000 };

const redis = testRedis();
let keys: Keys;
let store: RedisLimitStore;
beforeEach(() => {
  keys = newKeys();
  store = new RedisLimitStore(redis, keys, TIMES);
});

type Limit = LimitSlots['limits'][number];
const limit = (id: string, maxParallel: number): Limit => ({ id, maxParallel });
const RATE = { id: 'rated', rate: { count: 10, perMs: 36_000_000, burst: 2 } };
const NARROW = limit('key:a', 1);
const WIDE = limit('global', 2);

/** A lane that asks for slots; each time as another holder. */
let holders = 0;
const slots = (ticket: string, limits: Limit[] = [WIDE]) => ({ ticket, limits, holder: `h${holders++}` });
const held = async (id: string) => (await store.standings([id]))[0]!.held;
/** Time passes for one member of a sorted set. */
const overdue = (key: string, member: string) => redis.zadd(`${keys.limits()}:${key}`, 1, member);

it('gives as many slots as there are, and the next one to who came first', async () => {
  const [a, b] = [slots('a'), slots('b')];
  expect(await store.take(a)).toEqual({ kind: 'taken' });
  expect(await store.take(b)).toEqual({ kind: 'taken' });
  expect(await store.take(slots('c'))).toEqual({ kind: 'wait', inMs: 100, called: [] });
  expect(await store.take(slots('d'))).toEqual({ kind: 'wait', inMs: 200, called: [] });
  expect(await store.standings()).toEqual([{ id: 'global', held: 2, waiting: 2, fullAt: 0 }]);
  expect(await store.release(a)).toEqual(['c']);
  expect(await store.take(slots('d'))).toEqual({ kind: 'wait', inMs: 100, called: ['c'] });
  expect(await store.take(slots('c'))).toEqual({ kind: 'taken' });
  expect(await store.release(b)).toEqual(['d']);
});

it('gives the same holder the same slots, however often it is asked', async () => {
  const a = slots('a');
  await store.take(a);
  await store.take(a);
  expect(await held('global')).toBe(1);
  await store.release(a);
  await store.release(a);
  expect(await held('global')).toBe(0);
});

it('gives a slot to each of two processes that have the same lane', async () => {
  await store.take(slots('a'));
  await store.take(slots('a'));
  expect(await held('global')).toBe(2);
  expect((await store.take(slots('a'))).kind).toBe('wait');
});

it('takes of all limits or of none, and holds up nobody at a limit beyond the one that it waits for', async () => {
  await store.take(slots('a', [NARROW, WIDE]));
  expect(await store.take(slots('b', [NARROW, WIDE]))).toMatchObject({ kind: 'wait' });
  expect(await held('global')).toBe(1);
  expect(await store.take(slots('c', [limit('key:b', 1), WIDE]))).toEqual({ kind: 'taken' });
});

it('keeps its place at the limits before the one that it waits for', async () => {
  const [wide] = [slots('w'), await store.take(slots('x'))];
  await store.take(wide);
  expect(await store.take(slots('first', [NARROW, WIDE]))).toMatchObject({ kind: 'wait' });
  expect(await store.take(slots('second', [NARROW, WIDE]))).toMatchObject({ kind: 'wait' });
  expect(await store.release(wide)).toEqual(['first']);
  expect(await store.take(slots('second', [NARROW, WIDE]))).toMatchObject({
    kind: 'wait',
    called: ['first'],
  });
  expect(await store.take(slots('first', [NARROW, WIDE]))).toEqual({ kind: 'taken' });
});

it('forgets holders and tickets that were not heard of in time', async () => {
  const [a, b] = [slots('a'), slots('b')];
  await store.take(a);
  await store.take(b);
  await store.take(slots('gone'));
  await store.take(slots('c'));
  expect(await store.renew(a)).toBe(true);
  await overdue('global:held', a.holder);
  expect(await store.renew(a)).toBe(false);
  expect(await store.take(slots('c'))).toMatchObject({ kind: 'wait', called: ['gone'] });
  await overdue('global:until', 'gone');
  expect(await store.take(slots('c'))).toEqual({ kind: 'taken' });
});

it('lets nobody wait longer than the most for being asked again', async () => {
  await store.take(slots('a', [NARROW]));
  for (let i = 0; i < 12; i++) await store.take(slots(`t${i}`, [NARROW]));
  expect(await store.take(slots('last', [NARROW]))).toMatchObject({ inMs: 1_000 });
});

it('leaves nothing behind that does not go by itself', async () => {
  await store.take(slots('a', [NARROW, WIDE]));
  await store.take(slots('b', [NARROW, WIDE]));
  const names = await redis.keys(`${keys.limits()}:*`);
  const bounded = names.filter((name) => !name.endsWith(':known'));
  expect(bounded.length).toBeGreaterThanOrEqual(4);
  for (const name of bounded) expect(await redis.pttl(name)).toBeGreaterThan(0);
});

it('tells how many of the whole instance may work at once', async () => {
  expect(await store.global()).toBe(0);
  await store.announceGlobal(7);
  expect(await store.global()).toBe(7);
  await store.announceGlobal(0);
  expect(await store.global()).toBe(0);
});

it('lets as many attempts begin as there are tokens, and tells when the next one is due', async () => {
  const [a, b] = [slots('a', [RATE]), slots('b', [RATE])];
  await store.take(a);
  expect(await store.takeToken(a)).toBe(true);
  expect(await store.takeToken(a)).toBe(false);
  // The next token drips in an hour; nobody waits longer than the most.
  expect(await store.take(b)).toEqual({ kind: 'wait', inMs: TIMES.mostMs, called: [] });
  const [standing] = await store.standings(['rated']);
  expect(standing).toMatchObject({ held: 1, waiting: 1 });
  expect(standing!.fullAt! - Date.now()).toBeGreaterThan(2 * 3_600_000 - 60_000);
  expect(await store.release(a, { unspent: true })).toEqual(['b']);
  expect(await store.release(a, { unspent: true })).toEqual(['b']);
  expect(await store.take(b)).toEqual({ kind: 'taken' });
  expect(await store.takeToken(b)).toBe(false);
});

it('fills the bucket drop by drop', async () => {
  const fast = { id: 'fast', rate: { count: 20, perMs: 1_000, burst: 1 } };
  const began = performance.now();
  const a = slots('a', [fast]);
  await store.take(a);
  for (let taken = 0; taken < 5;) if (await store.takeToken(a)) taken++;
  // Redis counts from before the first was taken, by a clock of its own.
  expect(performance.now() - began).toBeGreaterThan(225);
  expect(performance.now() - began).toBeLessThan(2_000);
  const answer = await store.take(slots('b', [fast]));
  expect(answer).toMatchObject({ kind: 'wait' });
});

it('lets the more urgent ones go first, unless others have waited for long', async () => {
  const a = slots('a', [NARROW]);
  await store.take(a);
  await store.take({ ...slots('plain', [NARROW]), behindMs: 0 });
  await store.take({ ...slots('later', [NARROW]), behindMs: 10_000 });
  await store.take({ ...slots('urgent', [NARROW]), behindMs: -10_000 });
  const order: string[] = [];
  let last = a;
  for (let i = 0; i < 3; i++) {
    const [next] = await store.release(last);
    order.push(next!);
    last = slots(next!, [NARROW]);
    expect(await store.take(last)).toEqual({ kind: 'taken' });
  }
  expect(order).toEqual(['urgent', 'plain', 'later']);
});
