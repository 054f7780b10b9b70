import type { Cluster } from './cluster.js';
import { containersOf } from './docker.js';
import { until } from './until.js';

/** Waits until a host's engine has as many containers of it, running or not, as the registry has agents there. @param host the cluster's own */
export async function expectNoLeak(
  cluster: Cluster,
  containers = () => containersOf(cluster.host),
  host = cluster.host,
) {
  await until('the engine and the registry agree', async () => {
    const pools = (await cluster.client.listPools()).filter((pool) => pool.host === host);
    const entered = pools.flatMap(({ agents }) => Object.values(agents)).reduce((sum, n) => sum + n, 0);
    return (await containers()).length === entered;
  });
}
