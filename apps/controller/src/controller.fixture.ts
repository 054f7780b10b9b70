import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DEFAULT_PERMISSIONS,
  DEFAULT_POOL_CONFIG,
  type PoolConfig,
  poolOf,
  type PoolSpec,
} from '@agentainer/core';
import { Leaser } from '@agentainer/pool';
import { Registry, type Service, silentLogger } from '@agentainer/runtime';
import { connectRedis, Keys, RedisLeaseStore, RedisPoolDirectory } from '@agentainer/store-redis';
import { composeController } from './compose.js';
import type { ControllerConfig } from './config.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 20_000;
export const HOST = 'host-1';

/** A data directory with controllers that come and go, and a worker's leaser beside them. */
export class TestController {
  metrics = new Registry();
  private service: Service | undefined;

  private constructor(
    readonly home: string,
    readonly config: ControllerConfig,
    readonly pools: RedisPoolDirectory,
    readonly leaser: Leaser,
    private readonly disconnect: () => Promise<unknown>,
  ) {}

  static async open(change: Partial<ControllerConfig>): Promise<TestController> {
    const home = await mkdtemp(join(tmpdir(), 'af-controller-'));
    const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
    const keys = new Keys(`test-${randomUUID()}`);
    const redis = await connectRedis(redisUrl, 'worker');
    const subscriber = await connectRedis(redisUrl, 'subscriber');
    const store = new RedisLeaseStore(redis, subscriber, keys, HOST, 'worker_1');
    const leaser = new Leaser({ store, logger: silentLogger });
    await leaser.start();
    const config: ControllerConfig = {
      alerts: { afterMs: 30_000 },
      ...{ redisUrl, redisWaitMs: 0, keyPrefix: keys.prefix, host: HOST, dataDirectory: join(home, 'data') },
      permissions: DEFAULT_PERMISSIONS,
      resultLimit: 1_000_000,
      egressAddresses: [],
      ...{
        driver: 'docker',
        dockerSocket: '',
        keepAgents: false,
        pressure: { memory: 1, disk: 1 },
        disks: [],
        logLevel: 'silent',
      },
      ...change,
    };
    const pools = new RedisPoolDirectory(redis, keys);
    return new TestController(home, config, pools, leaser, () =>
      Promise.all([redis.quit(), subscriber.quit()]),
    );
  }

  async close(): Promise<void> {
    await this.leaser.stop();
    await this.stop();
    await this.disconnect();
    await rm(this.home, { recursive: true });
  }

  /** A controller, with these settings instead of the usual ones. */
  async start(change: Partial<ControllerConfig> = {}): Promise<void> {
    await this.stop();
    this.metrics = new Registry();
    const parts = { logger: silentLogger, metrics: this.metrics };
    this.service = await composeController({ ...this.config, ...change }, parts);
    await this.service.start();
  }

  async stop(): Promise<void> {
    await this.service?.stop();
    this.service = undefined;
  }

  async pool(image: string, min_size: number, change: Partial<PoolConfig> = {}): Promise<PoolSpec> {
    const usual = { max_size: 2, idle_timeout: 60_000, max_agent_uses: 100 };
    const pool_config = { ...DEFAULT_POOL_CONFIG, ...usual, min_size, ...change };
    const spec = poolOf({ image, execution_mode: 'pooled', pool_config });
    await this.pools.register(spec);
    return spec;
  }

  /** A lease that must come. */
  async leased({ id }: PoolSpec) {
    const answer = await this.leaser.lease(id, { waitMs: START_MS, signal: new AbortController().signal });
    if (answer.kind !== 'leased') throw new Error(`expected a lease, not ${answer.kind}`);
    return answer.held;
  }

  /** A file that says that the image `fake` stands for the fake agent. */
  static async images(directory: string): Promise<string> {
    const [program, path] = [join(directory, 'agent.mjs'), join(directory, 'images.json')];
    const bundler = join(ROOT, 'scripts/bundle-agent.mjs');
    execFileSync(process.execPath, [bundler, join(ROOT, 'libs/testing/src/fake-agent.ts'), program]);
    await writeFile(path, JSON.stringify({ fake: [process.execPath, program] }));
    return path;
  }
}
