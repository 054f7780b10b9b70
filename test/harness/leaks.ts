import type { Cluster } from './cluster.js';
import { containersOf } from './docker.js';
import { until } from './until.js';

/** Waits until the engine has as many containers of the cluster's host, running or not, as the registry has agents. */
export async function expectNoLeak(cluster: Cluster, containers = () => containersOf(cluster.host)) {
  await until('the engine and the registry agree', async () => {
    const pools = (await cluster.client.listPools()).filter((pool) => pool.host === cluster.host);
    const entered = pools.flatMap(({ agents }) => Object.values(agents)).reduce((sum, n) => sum + n, 0);
    return (await containers()).length === entered;
  });
}
