import { awaitArrival, AwayError } from './arrival.js';
import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

/** A clock that passes while somebody sleeps. */
class Hours implements Clock {
  ms = 0;

  now(): number {
    return this.ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(new Error('aborted'));
    this.ms += ms;
    return Promise.resolve();
  }
}

let clock: Hours;
let said: [level: string, facts: object, text: string][];
beforeEach(() => {
  clock = new Hours();
  said = [];
});

const logger = {
  warn: (facts: object, text: string) => said.push(['warn', facts, text]),
  info: (facts: object, text: string) => said.push(['info', facts, text]),
} as unknown as Logger;

/** Waits for something that comes after so many milliseconds. */
function wait(comesAfterMs: number, withinMs: number, stopping?: AbortSignal) {
  const look = () => Promise.resolve(clock.ms < comesAfterMs ? 'refused' : undefined);
  return awaitArrival({ what: 'the store', withinMs, look, logger, clock }, stopping);
}

it('says nothing where there is nothing to wait for', async () => {
  await wait(0, 0);
  expect(said).toEqual([]);
});

it('says at once that it waits, and for what, and at last that it has come', async () => {
  await wait(1_000, 60_000);
  const facts = { reason: 'refused', waitedMs: 0, leftMs: 60_000 };
  expect(said).toEqual([
    ['warn', facts, 'the store is away: waiting for it'],
    ['info', { waitedMs: expect.any(Number) as number }, 'the store is there'],
  ]);
  expect(clock.ms).toBeLessThan(2_500);
});

it('says it again ever more seldom', async () => {
  await wait(10 * 60_000, 3_600_000);
  const at = said
    .filter(([level]) => level === 'warn')
    .map(([, facts]) => (facts as { waitedMs: number }).waitedMs / 1_000);
  const gaps = at.slice(1).map((second, i) => Math.floor(second - at[i]!));
  expect(gaps.slice(0, 5)).toEqual([5, 10, 20, 40, 60]);
  expect(new Set(gaps.slice(4))).toEqual(new Set([60]));
});

it('gives up in time, and says why', async () => {
  const error: unknown = await wait(60_000, 10_000).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(AwayError);
  expect((error as AwayError).message).toBe('the store was away for 10 s: refused');
  expect(clock.ms).toBe(10_000);
});

it('with no time to wait looks once', async () => {
  await expect(wait(1, 0)).rejects.toThrow('the store was away for 0 s: refused');
  expect(clock.ms).toBe(0);
});

it('ends at once where waiting does not help', async () => {
  const look = () => Promise.reject(new Error('wrong password'));
  const options = { what: 'the store', withinMs: 60_000, look, logger, clock };
  await expect(awaitArrival(options)).rejects.toThrow('wrong password');
  expect(clock.ms).toBe(0);
});

it('ends quietly once nobody needs it any more, though the look fails for that', async () => {
  const stop = new AbortController();
  const look = (stopping?: AbortSignal) =>
    new Promise<undefined>((_, reject) =>
      stopping!.addEventListener('abort', () => reject(new Error('cut off'))),
    );
  const waiting = awaitArrival({ what: 'the store', withinMs: 60_000, look, logger }, stop.signal);
  stop.abort();
  await waiting;
  expect(said).toEqual([]);
});
