import { PoolRetention } from './pool-retention.js';

const never = new AbortController().signal;

/** What was done, in its order; `inUse` says where a pool is still needed. */
function retention(inUse: { lanes?: string[]; agents?: string[]; asked?: string[] } = {}) {
  const done: string[] = [];
  const unless =
    (what: string, ids: string[] = []) =>
    (id: string) => {
      done.push(`${what} ${id}`);
      return Promise.resolve(!ids.includes(id));
    };
  const usage = {
    unused: (ms: number) => Promise.resolve(ms === 10 ? ['a', 'b'] : []),
    clear: unless('pool', inUse.agents),
    forget: unless('forget', inUse.asked),
  };
  return { done, retention: new PoolRetention(usage, { clear: unless('queue', inUse.lanes) }, 10) };
}

it('forgets a pool last, once nothing is left of it', async () => {
  const { done, retention: at } = retention();
  expect(await at.run(never)).toEqual(['a', 'b']);
  expect(done).toEqual(['queue a', 'pool a', 'forget a', 'queue b', 'pool b', 'forget b']);
});

it.each([
  ['has lanes', { lanes: ['a'] }, ['queue a']],
  ['has agents or lanes that wait for one', { agents: ['a'] }, ['queue a', 'pool a']],
  ['was asked for in the meantime', { asked: ['a'] }, ['queue a', 'pool a', 'forget a']],
])('leaves a pool alone that %s', async (_, inUse, looked) => {
  const { done, retention: at } = retention(inUse);
  expect(await at.run(never)).toEqual(['b']);
  expect(done.slice(0, -3)).toEqual(looked);
});

it('ends when it is told to', async () => {
  expect(await retention().retention.run(AbortSignal.abort())).toEqual([]);
});
