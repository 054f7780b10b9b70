import { Cluster, type ClusterOptions } from './cluster.js';

const START_STOP_MS = 60_000;

/** Gives the tests of a file an instance of their own, which is stopped after the last one. */
export function withCluster(options: ClusterOptions, use: (started: Cluster) => void): void {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await Cluster.start(options);
    use(cluster);
  }, START_STOP_MS);
  afterAll(() => cluster?.stop(), START_STOP_MS);
}
