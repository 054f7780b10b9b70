import type { Cluster } from '../harness/cluster.js';
import { CountedMap } from '../harness/counted-map.js';
import { expectNoLeak } from '../harness/leaks.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});

it('R2.3b R6.1d refuses what a worker says that was frozen past its leases, and gives its agents to nobody', async () => {
  const map = await CountedMap.start(cluster, { tasks: 60, ms: 400, agents: 3, max_agent_uses: 2_101 });
  await map.reached(3);
  // All lanes are the frozen worker's: their tasks end on the agents, and nobody takes the answers.
  const frozen = cluster.processes.get('worker-1')!;
  await until('it has lanes', async () => (await map.agents()).length > 0);
  frozen.kill('SIGSTOP');
  const held = new Set(await map.agents());
  expect(held.size).toBeGreaterThan(0);
  const before = await map.completed();
  cluster.spawn('worker', 'worker-2');
  await until('others go on', async () => (await map.completed()) > before + 3, 60_000);
  const entered = async () => {
    const ids = (await map.jobs()).filter((job) => job.status === 'running').map((job) => job.agent_id);
    return ids.filter((id) => id !== null && held.has(id));
  };
  expect(await entered()).toEqual([]);
  frozen.kill('SIGCONT');
  await map.expectAllOnce();
  const redone = (await map.jobs()).filter((job) => job.lost_attempts > 0);
  expect(redone.length).toBeGreaterThan(0);
  await map.expectPoolRestored();
  await expectNoLeak(cluster);
}, 150_000);
