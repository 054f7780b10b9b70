import { poolsOf } from '@agentainer/core';
import { explanationSchema } from '@agentainer/contracts';
import { poolStatus } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

it('says of each open step why it waits', async () => {
  const workflow = await api.workflow({
    name: 'etl',
    steps: [
      { name: 'list', image: 'x' },
      { type: 'map', name: 'fetch', image: 'x', items: { step: 'list' } },
    ],
  });
  const run = api.runs.add({ definition: workflow.definition, workflow });
  run.open('list', [{ state: 'pending' }]);
  const look = async () =>
    explanationSchema.parse((await api.request('GET', `/runs/${run.id}/explain`)).body).steps;

  const { id, config, image } = poolsOf(workflow.definition)[0]!;
  const dependency = {
    step: 'fetch',
    status: 'pending',
    reasons: [{ reason: 'dependency', on: [{ step: 'list', status: 'ready' }] }],
  };
  expect(await look()).toMatchObject([
    {
      ...{ step: 'list', status: 'ready', waiting: 1 },
      reasons: [{ reason: 'no_host', pool: id, message: expect.stringContaining('a controller has to be') }],
    },
    dependency,
  ]);

  const agents = { creating: 0, idle: 0, leased: 4, cleaning: 0, draining: 0, retiring: 0 };
  api.pools.push(poolStatus({ id, image, config, host: 'h1', agents, waiting: 2 }));
  expect(await look()).toMatchObject([
    { reasons: [{ reason: 'pool_full', host: 'h1', busy: 4, size: 4, lanes_waiting: 2 }] },
    dependency,
  ]);

  run.nextRetry = Date.now() + 60_000;
  run.open('list', [{ state: 'retrying' }], 'running');
  const until = new Date(run.nextRetry).toISOString();
  expect(await look()).toMatchObject([{ reasons: [{ reason: 'retry_backoff', tasks: 1, until }] }, {}]);
});

it('explains nothing of a run that has ended or is not there', async () => {
  const { definition } = await api.workflow({ name: 'etl', steps: [{ name: 'a', image: 'x' }] });
  const run = api.runs
    .add({ definition })
    .open('a', [{ state: 'completed' }], 'completed')
    .end('completed');
  expect((await api.request('GET', `/runs/${run.id}/explain`)).body.steps).toEqual([]);
  expect((await api.request('GET', '/runs/run_0/explain')).status).toBe(404);
});

it('names the limits that keep a run waiting', async () => {
  const limits = [{ max_parallel: 3 }, { key: 'input.customer', max_parallel: 2 }];
  const workflow = await api.workflow({
    name: 'w',
    config: { limits },
    steps: [{ name: 'a', image: 'x' }],
  });
  const run = api.runs.add({ definition: workflow.definition, workflow, limitKeys: ['c1'] });
  run.open('a', [{ state: 'pending' }]);
  api.globalLimit = 1;
  const look = async () => {
    const { body } = await api.request('GET', `/runs/${run.id}/explain`);
    return explanationSchema.parse(body).steps[0]!.reasons;
  };
  expect(await look()).toMatchObject([{ reason: 'no_host' }]);
  api.limits.push(
    { id: `workflow:${workflow.id}`, held: 3, waiting: 2 },
    { id: 'global', held: 1, waiting: 4 },
  );
  expect(await look()).toMatchObject([
    { reason: 'limit', limit: 'workflow', max_parallel: 3, held: 3, lanes_waiting: 2 },
    { reason: 'limit', limit: 'global', max_parallel: 1, held: 1, lanes_waiting: 4 },
  ]);
});

it('says of a pool what keeps it from starting agents, and what to do', async () => {
  const { definition } = await api.workflow({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
  const run = api.runs.add({ definition }).open('a', [{ state: 'pending' }]);
  const { id, config, image } = poolsOf(definition)[0]!;
  const error = { code: 'NETWORK_NOT_FOUND', message: 'network crm not found' };
  const retryAt = Date.now() + 5_000;
  api.pools.push(poolStatus({ id, image, config, error, retryAt, waiting: 1 }));
  const look = async () => {
    const { body } = await api.request('GET', `/runs/${run.id}/explain`);
    return explanationSchema.parse(body).steps[0]!.reasons;
  };
  expect(await look()).toEqual([
    {
      ...{ reason: 'network_missing', pool: id, host: 'h', error, failures: 1, lanes_waiting: 1 },
      retry_at: new Date(retryAt).toISOString(),
      share_elsewhere: false,
      message: expect.stringContaining('network crm not found; the network has to be made on that host'),
    },
  ]);
  api.outlook.hosts.push({ name: 'h', workers: 1, isDrained: true, pressure: [] });
  expect(await look()).toMatchObject([
    { reason: 'hosts_drained', hosts: ['h'], message: 'every host is drained, until one is resumed: h' },
  ]);
  const pressure = [{ resource: 'disk' as const, directory: '/var/lib/docker', use: 0.97 }];
  api.outlook.hosts[0] = { name: 'h', workers: 1, isDrained: false, pressure };
  api.pools[0] = poolStatus({ id, image, config, waiting: 1 });
  const message = expect.stringContaining('nearly full (disk of /var/lib/docker 97%)');
  expect(await look()).toMatchObject([{ reason: 'start_pending', host_pressed: true, message }]);
});
