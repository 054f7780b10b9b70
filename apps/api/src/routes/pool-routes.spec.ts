import { poolDetailsSchema, poolListSchema } from '@agentainer/contracts';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { poolStatus } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

const config = { ...DEFAULT_POOL_CONFIG, min_size: 1, max_size: 5, max_agent_uses: 100, warm_up: true };
const agents = { creating: 0, idle: 3, leased: 2, cleaning: 0, draining: 1, retiring: 0 };
const error = { code: 'IMAGE_NOT_FOUND', message: 'no such image' };
const shown = { ...config, idle_timeout: '5m', stop_grace: '2s' };
const ofPool = {
  id: 'x-1',
  image: 'x',
  image_digest: null,
  config: shown,
  drained: false,
  min_size: 1,
  max_size: 5,
};
const share = { min_size: 1, max_size: 5 };
const onHost = {
  host: 'h',
  share,
  agents,
  waiting: 4,
  served: 9,
  error,
  retry_at: '1970-01-01T00:00:01.000Z',
  last_death: null,
};

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  api.pools.push(poolStatus({ config, agents, waiting: 4, served: 9, error, retryAt: 1_000 }));
});
afterEach(() => api.stop());

const post = (what: string, body?: unknown) => api.request('POST', `/pools/x-1/${what}`, { body });

it('gives the pools of all hosts', async () => {
  const { items } = poolListSchema.parse((await api.request('GET', '/pools')).body);
  expect(items).toEqual([{ ...ofPool, ...onHost }]);
});

it('gives a pool with how it stands on each of its hosts', async () => {
  api.pools.push(poolStatus({ config, host: 'other' }), poolStatus({ id: 'y-1' }));
  const pool = poolDetailsSchema.parse((await api.request('GET', '/pools/x-1')).body);
  expect(pool).toEqual({
    ...ofPool,
    hosts: [{ ...onHost, deaths: [] }, expect.objectContaining({ host: 'other' })],
  });
});

it('drains a pool and undoes that', async () => {
  expect((await post('drain')).body).toMatchObject({ id: 'x-1', drained: true });
  expect(await post('warm', { count: 1 })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect((await post('resume')).body).toMatchObject({ id: 'x-1', drained: false });
});

it('changes sizes, and gives those of the definition back', async () => {
  expect((await post('resize', { min_size: 2, max_size: 9 })).body).toMatchObject({
    min_size: 2,
    max_size: 9,
  });
  expect((await post('resize', { min_size: null })).body).toMatchObject({ min_size: 1, max_size: 9 });
  expect((await post('resize', { max_size: null })).body).toMatchObject({ min_size: 1, max_size: 5 });
});

it('warms a pool up', async () => {
  expect((await post('warm', { count: 3 })).status).toBe(200);
  await post('warm', { count: 5, for: '30m' });
  expect(api.poolStore.warmed).toEqual([
    { id: 'x-1', count: 3, forMs: 300_000 },
    { id: 'x-1', count: 5, forMs: 1_800_000 },
  ]);
});

it.each<[string, object, string[]]>([
  ['resize', {}, ['']],
  ['resize', { min_size: -1, max_size: 0, size: 1 }, ['max_size', 'min_size', 'size']],
  ['resize', { min_size: 6 }, ['min_size']],
  ['warm', { for: 'long' }, ['count', 'for']],
  ['warm', { count: 6 }, ['count']],
])('tells what is wrong with what it is asked for: %s %j', async (what, body, paths) => {
  const answer = await post(what, body);
  expect(answer.status).toBe(400);
  const found = (answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path);
  expect(found.sort()).toEqual(paths);
});

it('says so of a pool that is not known', async () => {
  for (const [method, path] of [
    ['GET', '/pools/nobody'],
    ['POST', '/pools/nobody/drain'],
  ] as const)
    expect(await api.request(method, path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
});
