import { hostListSchema } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

it('R9.5d shows the hosts, drains one and puts it to use again', async () => {
  const agents = { creating: 0, idle: 3, leased: 2, cleaning: 0, draining: 0, retiring: 0 };
  const pressure = [{ resource: 'disk' as const, directory: '/var/lib/docker', use: 0.97 }];
  const east = { name: 'east 1', state: 'up' as const, heardAt: 1_000, workers: 2, pressure };
  const west = { name: 'west', state: 'drained' as const, heardAt: undefined, workers: 0, pressure: [] };
  api.hosts.hosts.push({ ...east, agents }, { ...west, agents });
  const { items } = hostListSchema.parse((await api.request('GET', '/hosts')).body);
  expect(items).toEqual([
    {
      ...{ name: 'east 1', status: 'up', heard_at: '1970-01-01T00:00:01.000Z', workers: 2 },
      ...{ under_pressure: true, pressure, agents },
    },
    {
      name: 'west',
      status: 'drained',
      heard_at: null,
      workers: 0,
      under_pressure: false,
      pressure: [],
      agents,
    },
  ]);
  for (const [change, status] of [
    ['drain', 'drained'],
    ['drain', 'drained'],
    ['resume', 'up'],
    ['resume', 'up'],
  ])
    expect(await api.request('POST', `/hosts/east%201/${change}`)).toMatchObject({
      status: 200,
      body: { name: 'east 1', status },
    });
  expect((await api.request('POST', '/hosts/north/drain')).status).toBe(404);
});
