import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeBusyboxImage } from '../harness/busybox.js';
import type { Cluster } from '../harness/cluster.js';
import { docker } from '../harness/docker.js';
import { buildProbingImage, Sandbox } from '../harness/sandbox.js';
import { withCluster } from '../harness/with-cluster.js';

const tag = randomBytes(4).toString('hex');
const network = `agentainer-test-${tag}`;
const service = createServer((request, response) => response.end(`from outside: ${request.url}`));

let cluster: Cluster;
let sandbox: Sandbox;
let port: number;
const environment = {
  AGENTAINER_EGRESS_ALLOWED: 'localhost:*, *.example.com:443',
  AGENTAINER_EGRESS_ADDRESSES: '127.0.0.0/8, ::1/128',
  AGENTAINER_NETWORKS: network,
};
withCluster({ workers: 1, environment }, (started) => {
  cluster = started;
});
beforeAll(async () => {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  ({ port } = service.address() as AddressInfo);
  await docker('network', 'create', '--internal', network);
  sandbox = new Sandbox(cluster, await buildProbingImage(`agentainer-test/reaching-${tag}:1`));
}, 60_000);
afterAll(async () => {
  service.close();
  service.closeAllConnections();
  // Agents of the cluster, which has been stopped, were in it.
  await docker('network', 'rm', network);
}, 60_000);

describe('R9.3d an agent of a pool with egress', () => {
  const settings = () => ({
    pool_config: { network: 'egress', egress: [`localhost:${port}`, 'api.example.com:443'] },
  });

  it('reaches the hosts that its pool lists, with clients as there are everywhere', async () => {
    const found = await sandbox.seesWith(
      async ({ childProcess, http }, port) => {
        const fetched = childProcess.spawnSync('/bin/busybox', [
          'wget',
          '-q',
          '-O',
          '-',
          `http://localhost:${port}/a`,
        ]);
        const tunnelled = await new Promise((resolve, reject) => {
          const [host, to] = new URL(process.env.HTTPS_PROXY!).host.split(':');
          const request = http.request({ host, port: to, method: 'CONNECT', path: `localhost:${port}` });
          request.on('error', reject);
          request.on('connect', (_, socket) => {
            let text = '';
            socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
            socket.on('end', () => resolve(text.split('\r\n\r\n')[1]));
            socket.write('GET /b HTTP/1.0\r\n\r\n');
          });
          request.end();
        });
        return { fetched: fetched.stdout.toString(), tunnelled };
      },
      port,
      settings(),
    );
    expect(found).toEqual({ fetched: 'from outside: /a', tunnelled: 'from outside: /b' });
  }, 60_000);

  it('reaches nothing else, and is told what it may not', async () => {
    const found = await sandbox.seesWith(
      async ({ http, net, os, dns }, ports) => {
        const asking = (url: string) =>
          new Promise<string>((resolve) => {
            const proxy = new URL(process.env.http_proxy!);
            http
              .get({ host: proxy.hostname, port: proxy.port, path: url, agent: false }, (answer) => {
                let text = '';
                answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
                answer.on('end', () => resolve(`${answer.statusCode} ${text.trim()}`));
              })
              .on('error', (error) => resolve(error.message));
          });
        const connecting = (host: string, to: number) =>
          new Promise((resolve) => {
            const socket = net.connect({ host, port: to });
            socket.once('connect', () => resolve('connected'));
            socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
          });
        return {
          interfaces: Object.keys(os.networkInterfaces()),
          direct: await connecting('127.0.0.1', ports.listed),
          world: await connecting('192.0.2.1', 80),
          api: await asking(`http://localhost:${ports.api}/livez`),
          metadata: await asking('http://169.254.169.254/latest/meta-data/'),
          name: await dns.lookup('example.com').then(
            () => 'found',
            () => 'not found',
          ),
        };
      },
      { listed: port, api: Number(new URL(cluster.url).port) },
      settings(),
    );
    const refusal = (host: string) => `403 ${host} is not among the hosts that agents of this pool may reach`;
    expect(found).toEqual({
      interfaces: ['lo'],
      direct: 'ECONNREFUSED',
      world: 'ENETUNREACH',
      api: refusal(new URL(cluster.url).host.replace('127.0.0.1', 'localhost')),
      metadata: refusal('169.254.169.254:80'),
      name: 'not found',
    });
  }, 60_000);
});

it('R9.3d an agent is in the network of its engine that its pool names', async () => {
  const { interfaces } = (await sandbox.sees(
    ({ os }) => ({ interfaces: Object.keys(os.networkInterfaces()) }),
    {
      pool_config: { network, idle_timeout: '1s' },
    },
  )) as { interfaces: string[] };
  expect(interfaces.sort()).toEqual(['eth0', 'lo']);
}, 60_000);

it('R9.3d a pool is refused the hosts and networks that the server does not permit', async () => {
  const refused = (pool_config: object) =>
    cluster.client
      .createJob({ image: sandbox.image, pool_config, input: null })
      .then(() => [])
      .catch((error: { faults: { path: string; message: string }[] }) => error.faults);
  const egress = ['localhost:80', 'evil.com:443', '*.com:443'];
  expect(await refused({ network: 'egress', egress })).toMatchObject([
    { path: 'pool_config.egress[1]', message: expect.stringContaining('AGENTAINER_EGRESS_ALLOWED') },
    { path: 'pool_config.egress[2]' },
  ]);
  expect(await refused({ network: 'host' })).toMatchObject([
    { path: 'pool_config.network', message: expect.stringContaining('AGENTAINER_NETWORKS') },
  ]);
  expect(await refused({ network: 'egress' })).toMatchObject([{ path: 'pool_config.egress' }]);
  expect(await refused({ egress: ['localhost:80'] })).toMatchObject([{ path: 'pool_config.egress' }]);
}, 30_000);

it('R9.3a R9.3d a command in an image that knows nothing of agents reaches the hosts that its pool lists', async () => {
  await makeBusyboxImage();
  const script = `wget -q -O - http://localhost:${port}/c; wget -q -O - http://localhost:1/ 2>&1; true`;
  const pool_config = {
    ...{ protocol: 'exec' as const, command: ['sh', '-c', script], stdout: 'text' as const },
    ...{ network: 'egress', egress: [`localhost:${port}`] },
  };
  const steps = [{ name: 'step', image: 'busybox', pool_config }];
  const { client } = cluster;
  const { id } = await client.startWorkflow((await client.createWorkflow({ name: 'out', steps })).id);
  const { status, result } = await client.waitForRun(id, { timeoutMs: 60_000 });
  expect([status, result]).toEqual([
    'completed',
    expect.stringMatching(/^from outside: \/c.*403 Forbidden/s),
  ]);
}, 60_000);
