import { setTimeout as pause } from 'node:timers/promises';
import { Cluster } from '../harness/cluster.js';
import { CountedMap } from '../harness/counted-map.js';
import { containersOf } from '../harness/docker.js';
import { expectNoLeak } from '../harness/leaks.js';
import { TestEngine } from '../harness/test-engine.js';

const AGENTS = 6;
const AWAY_MS = 30_000;
const START_STOP_MS = 120_000;

const engine = new TestEngine();
let cluster: Cluster;
beforeAll(async () => {
  await engine.start();
  const environment = { AGENTAINER_DOCKER_SOCKET: engine.socketPath };
  cluster = await Cluster.start({ workers: 2, environment });
}, START_STOP_MS);
afterAll(async () => {
  await cluster?.stop();
  await engine.remove();
}, START_STOP_MS);

const containers = () => containersOf(cluster.host, undefined, engine.socketPath);

it.each([
  ['the container engine ends abruptly and starts again', 2_201, () => Promise.resolve(engine.crash())],
  ['the container engine is restarted in order', 2_203, () => engine.restart()],
  [
    'the controller is restarted in order',
    2_204,
    async () => {
      expect(await cluster.end('controller')).toBe(0);
      cluster.spawn('controller', 'controller');
    },
  ],
  [
    'the container engine is away for half a minute',
    2_202,
    async () => {
      await engine.vanish();
      await pause(AWAY_MS);
      await engine.start();
    },
  ],
])(
  'R6.1d loses and doubles nothing where %s',
  async (_, max_agent_uses, fail) => {
    // Lost attempts are no failures; one of those would end its task here.
    const step = { retry: { max_attempts: 1 } };
    const map = await CountedMap.start(cluster, { tasks: 80, ms: 100, agents: AGENTS, max_agent_uses, step });
    await map.reached(5);
    await fail();
    await map.expectAllOnce();
    await map.expectPoolRestored();
    await expectNoLeak(cluster, containers);
  },
  180_000,
);
