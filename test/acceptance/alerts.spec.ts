import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertBody } from '@agentainer/contracts';
import { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';

const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const alerts: { body: AlertBody; signature: unknown }[] = [];
const receiver = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = JSON.parse(Buffer.concat(parts).toString()) as AlertBody;
  // The first time each is refused.
  const isNew = !alerts.some((alert) => alert.body.id === body.id);
  alerts.push({ body, signature: request.headers['agentainer-signature'] });
  response.writeHead(isNew ? 500 : 204).end();
});
let cluster: Cluster;
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  cluster = await Cluster.start({
    workers: 1,
    environment: {
      AGENTAINER_POOL_ALERT_AFTER: '2s',
      AGENTAINER_ALERT_WEBHOOK: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
      AGENTAINER_ALERT_SECRET: 'a secret of the receiver',
    },
  });
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  receiver.close();
}, 60_000);

it('R6.3e tells once that a pool is exhausted, and once that it is not any longer', async () => {
  const { client } = cluster;
  const start = () =>
    client.createJob({ image, input: { do: 'sleep', ms: 300_000 }, pool_config: { max_size: 1 } });
  const jobs = [await start(), await start()];
  await until('the pool is exhausted', async () => (await client.listAlerts()).length > 0);
  const [alert] = await client.listAlerts();
  expect(alert).toMatchObject({ type: 'pool.exhausted', pool: { max_size: 1, agents: 1, idle: 0 } });
  expect(alert!.pool.waiting).toBeGreaterThan(0);
  const exhausted = (value: number) =>
    `agentainer_pool_exhausted{pool="${alert!.pool.id}",app="api"} ${value}`;
  expect(await client.metrics()).toContain(exhausted(1));
  await until('the receiver has taken it', async () => alerts.length === 2);

  for (const { run_id } of jobs) await client.cancelRun(run_id);
  await until('it is not exhausted any more', async () => (await client.listAlerts()).length === 2);
  await until('the receiver has taken that, too', async () => alerts.length === 4);
  expect(alerts.map(({ body }) => body.type)).toEqual([
    'pool.exhausted',
    'pool.exhausted',
    'pool.recovered',
    'pool.recovered',
  ]);
  expect(alerts[0]!.body).toEqual(alert);
  for (const { signature } of alerts) expect(signature).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  expect(await client.metrics()).toContain(exhausted(0));
}, 90_000);
