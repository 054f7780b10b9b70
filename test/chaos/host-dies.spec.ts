import { connectRedis } from '@agentainer/store-redis';
import { Cluster } from '../harness/cluster.js';
import { CountedMap } from '../harness/counted-map.js';
import { containersOf } from '../harness/docker.js';
import { expectNoLeak } from '../harness/leaks.js';
import { TestEngine } from '../harness/test-engine.js';
import { TestHost } from '../harness/test-host.js';
import { until } from '../harness/until.js';

const AGENTS = 4;
const TASKS = 200;
const WEST = 'west';
const START_STOP_MS = 120_000;

/** Of the cluster's own host, and of the other one. */
const [eastEngine, westEngine] = [new TestEngine(), new TestEngine()];
let cluster: Cluster;
let west: TestHost;
beforeAll(async () => {
  await Promise.all([eastEngine.start(), westEngine.start()]);
  const settings = (engine: TestEngine) => ({ AGENTAINER_DOCKER_SOCKET: engine.socketPath });
  cluster = await Cluster.start({ workers: 1, environment: settings(eastEngine) });
  west = new TestHost(cluster, WEST, 1, settings(westEngine));
  west.start();
  await until('both hosts are up', async () => {
    const hosts = await cluster.client.hosts.list();
    return hosts.filter((host) => host.status === 'up' && host.workers > 0).length === 2;
  });
}, START_STOP_MS);
afterAll(async () => {
  await cluster?.stop();
  await Promise.all([eastEngine.remove(), westEngine.remove()]);
}, START_STOP_MS);

const inEast = () => containersOf(cluster.host, undefined, eastEngine.socketPath);
const inWest = () => containersOf(WEST, undefined, westEngine.socketPath);

/** A map whose tasks are under way on both hosts. */
async function mapOnBoth(max_agent_uses: number): Promise<CountedMap> {
  const map = await CountedMap.start(cluster, { tasks: TASKS, ms: 100, agents: AGENTS, max_agent_uses });
  await until('both hosts work on it', async () => {
    const pools = await map.pool();
    return pools.length === 2 && pools.every(({ agents }) => agents.leased > 0);
  });
  await map.reached(5);
  return map;
}

/** Each host has its share, and an engine with as many containers as it has agents. */
async function expectShared(map: CountedMap): Promise<void> {
  await until('each host has its share', async () => {
    const shares = (await map.pool()).map(({ share }) => share.max_size);
    return shares.length === 2 && shares.every((size) => size === AGENTS / 2);
  });
  await map.expectPoolRestored();
  await expectNoLeak(cluster, inEast);
  await expectNoLeak(cluster, inWest, WEST);
}

/** All that Redis has of pools on the other host. */
async function recordsOfWest(): Promise<string[]> {
  const redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  try {
    const found: string[] = [];
    const match = `${cluster.keyPrefix}:pool:{*@${WEST}}*`;
    for await (const keys of redis.scanStream({ match, count: 500 })) found.push(...(keys as string[]));
    return found;
  } finally {
    redis.disconnect();
  }
}

it('R9.5d a host that dies with its engine and all its agents leaves nothing undone and nothing behind', async () => {
  const map = await mapOnBoth(2_601);
  expect((await recordsOfWest()).length).toBeGreaterThan(0);
  await Promise.all([west.kill(), westEngine.vanish()]);
  await map.expectAllOnce();
  const lost = (await map.jobs()).filter((job) => job.lost_attempts > 0);
  expect(lost.length).toBeGreaterThan(0);
  await until('it is forgotten', async () => {
    const hosts = await cluster.client.hosts.list();
    return hosts.every(({ name }) => name !== WEST) && (await recordsOfWest()).length === 0;
  });
  expect((await map.pool()).map(({ host }) => host)).toEqual([cluster.host]);
  await map.expectPoolRestored();
  await expectNoLeak(cluster, inEast);

  // Its engine still has the containers that ended with it.
  await westEngine.start();
  expect((await inWest()).length).toBeGreaterThan(0);
  west.start();
  await expectShared(map);
}, 180_000);

it('R9.5d a host is drained for maintenance while it works, and used again', async () => {
  const map = await mapOnBoth(2_602);
  await cluster.client.hosts.drain(WEST);
  await until('it is drained', async () => {
    const hosts = await cluster.client.hosts.list();
    return hosts.find(({ name }) => name === WEST)!.status === 'drained';
  });
  expect(await inWest()).toEqual([]);
  expect(await map.completed()).toBeLessThan(TASKS);
  await map.expectAllOnce();
  expect((await map.jobs()).filter((job) => job.attempts > 1)).toEqual([]);

  await cluster.client.hosts.resume(WEST);
  await expectShared(map);
}, 120_000);
