import { RedisAlertStore } from '../alert-store.js';
import { newKeys, testRedis } from '../redis.fixture.js';

const redis = testRedis();
let alerts: RedisAlertStore;
beforeEach(() => {
  alerts = new RedisAlertStore(redis, newKeys());
});

const pool = (id: string) => ({ id, max_size: 2, agents: 2, idle: 0, waiting: 5 });
const brief = (all: { type: string; pool: { id: string } }[]) =>
  all.map((one) => `${one.type} ${one.pool.id}`);

it('raises one alert for each change, whoever notes it and how often', async () => {
  expect(await alerts.raise('pool.recovered', pool('a'))).toBe(false);
  const raised = await Promise.all([1, 2, 3].map(() => alerts.raise('pool.exhausted', pool('a'))));
  expect(raised.filter(Boolean)).toHaveLength(1);
  expect(await alerts.exhausted()).toEqual(new Set(['a']));
  await alerts.raise('pool.exhausted', pool('b'));
  expect(await alerts.raise('pool.recovered', pool('a'))).toBe(true);
  expect(await alerts.exhausted()).toEqual(new Set(['b']));
  const all = await alerts.alerts(10);
  expect(brief(all)).toEqual(['pool.recovered a', 'pool.exhausted b', 'pool.exhausted a']);
  expect(all[2]).toEqual({ id: all[2]!.id, at: expect.any(Number), type: 'pool.exhausted', pool: pool('a') });
  expect(await alerts.alerts(1)).toEqual([all[0]]);
});

it('knows what was told', async () => {
  for (const id of ['a', 'b', 'c']) await alerts.raise('pool.exhausted', pool(id));
  const [first, second] = await alerts.untold(2);
  expect(brief([first!, second!])).toEqual(['pool.exhausted a', 'pool.exhausted b']);
  await alerts.told(second!.id);
  expect(brief(await alerts.untold(10))).toEqual(['pool.exhausted c']);
});

it('keeps the latest thousand', async () => {
  for (let i = 0; i < 510; i++) {
    await alerts.raise('pool.exhausted', pool('a'));
    await alerts.raise('pool.recovered', pool('a'));
  }
  expect(await alerts.alerts(2_000)).toHaveLength(1_000);
});
