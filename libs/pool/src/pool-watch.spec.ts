import type { AlertType } from './alert-port.js';
import type { PoolStanding } from './exhaustion.js';
import { PoolWatch } from './pool-watch.js';

let pools: PoolStanding[];
let exhausted: Set<string>;
let raised: string[];
let now: number;
let watch: PoolWatch;
const newWatch = () =>
  new PoolWatch(
    { standings: () => Promise.resolve(pools) },
    {
      exhausted: () => Promise.resolve(new Set(exhausted)),
      raise: (type: AlertType, { id }: PoolStanding) => {
        raised.push(`${type} ${id}`);
        if (type === 'pool.exhausted') exhausted.add(id);
        else exhausted.delete(id);
        return Promise.resolve(true);
      },
      untold: () => Promise.resolve([]),
      told: () => Promise.resolve(),
    },
    { afterMs: 30_000, calmMs: 5_000 },
    () => now,
  );
beforeEach(() => {
  [pools, exhausted, raised, now] = [[], new Set(), [], 0];
  watch = newWatch();
});

const pool = (id: string, waiting: number): PoolStanding => ({
  id,
  max_size: 2,
  agents: 2,
  idle: 0,
  waiting,
});

/** A look each second. */
async function look(seconds: number, ...seen: PoolStanding[]): Promise<void> {
  pools = seen;
  for (let i = 0; i < seconds; i++, now += 1_000) await watch.look();
}

it('raises one alert when a pool becomes exhausted, and one when it is not any longer', async () => {
  await look(30, pool('a', 3), pool('b', 0));
  expect(raised).toEqual([]);
  await look(60, pool('a', 3), pool('b', 0));
  expect(raised).toEqual(['pool.exhausted a']);
  await look(20, pool('a', 0), pool('b', 1));
  expect(raised).toEqual(['pool.exhausted a', 'pool.recovered a']);
});

it('goes on where somebody else left off, without raising anything again', async () => {
  await look(40, pool('a', 3));
  watch = newWatch();
  await look(40, pool('a', 3));
  await look(10, pool('a', 0));
  expect(raised).toEqual(['pool.exhausted a', 'pool.recovered a']);
});

it('counts nothing that it did not see', async () => {
  await look(29, pool('a', 3));
  watch.forget();
  await look(29, pool('a', 3));
  expect(raised).toEqual([]);
});

it('says of a pool that is no more that it is not exhausted', async () => {
  await look(40, pool('a', 3));
  await look(10);
  expect(raised).toEqual(['pool.exhausted a', 'pool.recovered a']);
});
