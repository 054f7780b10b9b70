import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectRedis, Keys } from '@agentainer/store-redis';
import type { Cluster } from '../harness/cluster.js';
import { CountedMap } from '../harness/counted-map.js';
import { expectNoLeak } from '../harness/leaks.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const AGENTS = 3;
/** So few that agents are replaced all the time. */
const USES = 3;

let cluster: Cluster;
/** The controller at present, which the next test kills; the one after it takes over from it. */
let doomed: ChildProcess;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});
beforeAll(async () => {
  await cluster.kill('controller');
  await succeed();
}, 30_000);

const momentFile = () => join(cluster.directory, 'moment');

/** Starts a controller in the place of one that is dead, and waits until it leads. */
async function succeed(): Promise<void> {
  const redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  try {
    // What a process led that is dead ends by itself; that is not what is waited for here.
    await redis.del(await redis.keys(`${cluster.keyPrefix}:leader:*`));
    const mortal = new URL('../harness/sudden-death.mjs', import.meta.url);
    mortal.searchParams.set('file', momentFile());
    doomed = cluster.spawn('controller', 'controller', { NODE_OPTIONS: `--import=${mortal.href}` });
    const lead = new Keys(cluster.keyPrefix).leader(`keeper-${cluster.host}`);
    await until('it has the lead', async () => (await redis.exists(lead)) === 1);
  } finally {
    redis.disconnect();
  }
}

// Between the entry of an agent in the registry and its being ready, and between its retirement and its end.
it.each([
  'before create',
  'after create',
  'before container create',
  'after container create',
  'after container start',
  'before ready',
  'after ready',
  'after retire',
  'before container remove',
  'after container remove',
])(
  'R6.1d loses no item and leaves no container where the controller is killed %s',
  async (moment) => {
    const died = once(doomed, 'exit') as Promise<[number | null, string | null]>;
    writeFileSync(momentFile(), moment);
    doomed.kill('SIGUSR2');
    const options = { tasks: 6 * AGENTS, ms: 20, agents: AGENTS, max_agent_uses: USES };
    const map = await CountedMap.start(cluster, options);
    expect((await died)[1]).toBe('SIGKILL');
    await succeed();
    await map.expectAllOnce();
    await map.expectPoolRestored();
    await expectNoLeak(cluster);
  },
  60_000,
);
