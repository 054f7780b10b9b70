import type { Cluster } from '../harness/cluster.js';
import { CountedMap } from '../harness/counted-map.js';
import { containersOf, docker } from '../harness/docker.js';
import { expectNoLeak } from '../harness/leaks.js';
import { seeded } from '../harness/seed.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const AGENTS = 3;
/** Whoever says nothing for that long is taken for hung. */
const HEARTBEAT = '2s';
const GIB = 1_024 ** 3;

let cluster: Cluster;
withCluster({ workers: 2 }, (started) => {
  cluster = started;
});
const random = seeded('agents fail');

/** The container of an agent that works on the map. */
function victim(map: CountedMap): Promise<string> {
  return until('an agent works on the map', async () => {
    const agents = await map.agents();
    return agents.length > 0 && (await containersOf(cluster.host, agents[random(agents.length)]))[0];
  });
}

it.each([
  ['is killed', 2_001, (container: string) => docker('kill', '--signal', 'KILL', container)],
  ['is frozen at a task', 2_002, (container: string) => docker('pause', container)],
  ['is removed', 2_003, (container: string) => docker('rm', '--force', container)],
])(
  'R6.1d loses and doubles nothing where a container %s',
  async (_, max_agent_uses, fail) => {
    const step = { heartbeat_timeout: HEARTBEAT };
    const map = await CountedMap.start(cluster, { tasks: 60, ms: 100, agents: AGENTS, max_agent_uses, step });
    await map.reached(5);
    await fail(await victim(map));
    await map.expectAllOnce();
    await map.expectPoolRestored();
    await expectNoLeak(cluster);
  },
  90_000,
);

it.each([
  ['takes more memory than it may', 2_004, { do: 'keep' as const, bytes: GIB, attempts: 1 }],
  ['hangs, with its whole process', 2_005, { do: 'block' as const, ms: 600_000, attempts: 1 }],
  ['ends in the middle of a task', 2_006, { do: 'crash' as const, attempts: 1 }],
])(
  'R6.1d loses and doubles nothing where an agent %s',
  async (_, max_agent_uses, task) => {
    const step = { heartbeat_timeout: HEARTBEAT };
    const options = { tasks: 20, ms: 50, agents: AGENTS, max_agent_uses, step };
    const map = await CountedMap.start(cluster, { ...options, before: [task] });
    await map.expectAllOnce();
    expect((await map.jobs())[0]).toMatchObject({ status: 'completed', attempts: 2 });
    await map.expectPoolRestored();
    await expectNoLeak(cluster);
  },
  90_000,
);
