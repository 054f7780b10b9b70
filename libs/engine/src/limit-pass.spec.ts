import { jest } from '@jest/globals';
import { HeldSlots } from './limit-pass.js';
import type { LimitSlots } from './limit-port.js';

const RENEW_MS = 3_000;
const TTL_MS = 20_000;
const RATED = [{ id: 'a', rate: { count: 1, perMs: 1_000, burst: 1 } }];

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function held(limits: LimitSlots['limits'] = [{ id: 'a', maxParallel: 1 }]) {
  const store = {
    ttlMs: TTL_MS,
    renewals: 0,
    renewed: (): Promise<boolean> => Promise.resolve(true),
    token: (): Promise<boolean> => Promise.resolve(true),
    renew() {
      store.renewals++;
      return store.renewed();
    },
    takeToken: () => store.token(),
  };
  const released: boolean[] = [];
  const release = (_: LimitSlots, unspent: boolean) => {
    released.push(unspent);
    return Promise.resolve();
  };
  const slots = { ticket: 't', holder: 'h', limits };
  const pass = new HeldSlots(slots, store, release, { renewMs: RENEW_MS, asked: performance.now() });
  return { store, pass, released };
}

it('is renewed until it is given back, which happens once', async () => {
  const { store, pass, released } = held();
  await jest.advanceTimersByTimeAsync(10 * TTL_MS);
  expect(store.renewals).toBeGreaterThan(TTL_MS / RENEW_MS);
  expect(pass.lost.aborted).toBe(false);
  await Promise.all([pass.giveBack(), pass.giveBack()]);
  const { renewals } = store;
  await jest.advanceTimersByTimeAsync(10 * TTL_MS);
  expect([store.renewals, pass.lost.aborted, released]).toEqual([renewals, false, [false]]);
});

it('is lost when a renewal is refused', async () => {
  const { store, pass } = held();
  store.renewed = () => Promise.resolve(false);
  await jest.advanceTimersByTimeAsync(RENEW_MS);
  expect(pass.lost.aborted).toBe(true);
});

it('is lost when no renewal has got through for as long as slots live, and not before', async () => {
  const { store, pass } = held();
  store.renewed = () => Promise.reject(new Error('Redis is away'));
  await jest.advanceTimersByTimeAsync(TTL_MS - 1);
  expect(pass.lost.aborted).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(pass.lost.aborted).toBe(true);
});

it('begins the first attempt with what was taken, and each further one with a token more', async () => {
  const { store, pass, released } = held(RATED);
  store.token = () => Promise.resolve(false);
  expect(await pass.mayBegin()).toBe(true);
  expect(await pass.mayBegin()).toBe(true);
  pass.begun();
  expect(await pass.mayBegin()).toBe(false);
  store.token = () => Promise.reject(new Error('Redis is away'));
  expect(await pass.mayBegin()).toBe(false);
  store.token = () => Promise.resolve(true);
  expect(await pass.mayBegin()).toBe(true);
  await pass.giveBack();
  expect(released).toEqual([true]);
});
