import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { poolOf } from '@agentainer/core';
import { Leaser } from '@agentainer/pool';
import { Registry, type Service, silentLogger } from '@agentainer/runtime';
import { connectRedis, Keys, RedisLeaseStore, RedisPoolDirectory } from '@agentainer/store-redis';
import { agentIsHealthy, callAgent } from '@agentainer/testing';
import { composeController } from './compose.js';
import type { ControllerConfig } from './config.js';
import { until } from './keeper.fixture.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HOST = 'host-1';

let home: string;
let config: ControllerConfig;
let controller: Service | undefined;
let metrics: Registry;
let close: () => Promise<void>;
let pools: RedisPoolDirectory;
let leaser: Leaser;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'af-controller-'));
  const program = join(home, 'agent.mjs');
  const bundler = join(ROOT, 'scripts/bundle-agent.mjs');
  execFileSync(process.execPath, [bundler, join(ROOT, 'libs/testing/src/fake-agent.ts'), program]);
  const imagesPath = join(home, 'images.json');
  await writeFile(imagesPath, JSON.stringify({ fake: [process.execPath, program] }));

  const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
  const keys = new Keys(`test-${randomUUID()}`);
  const [redis, subscriber] = [
    await connectRedis(redisUrl, 'worker'),
    await connectRedis(redisUrl, 'subscriber'),
  ];
  pools = new RedisPoolDirectory(redis, keys);
  leaser = new Leaser({
    store: new RedisLeaseStore(redis, subscriber, keys, HOST, 'worker_1'),
    logger: silentLogger,
  });
  await leaser.start();
  close = async () => {
    await leaser.stop();
    await Promise.all([redis.quit(), subscriber.quit()]);
  };
  config = {
    ...{ redisUrl, keyPrefix: keys.prefix, host: HOST, dataDirectory: join(home, 'data'), imagesPath },
    ...{ driver: 'process', dockerSocket: '', keepAgents: false, logLevel: 'silent' },
  };
  await startController();
});
afterEach(async () => {
  await controller?.stop();
  await close();
  await rm(home, { recursive: true });
});

async function startController() {
  metrics = new Registry();
  controller = await composeController(config, { logger: silentLogger, metrics });
  await controller.start();
}

async function pool(min_size: number) {
  const pool_config = { min_size, max_size: 2, idle_timeout: 60_000, max_agent_uses: 100, warm_up: false };
  const spec = poolOf({ image: 'fake', execution_mode: 'pooled', pool_config });
  await pools.register(spec);
  return spec;
}

async function leased(poolId: string) {
  const answer = await leaser.lease(poolId, { waitMs: 20_000, signal: new AbortController().signal });
  if (answer.kind !== 'leased') throw new Error(answer.kind);
  return answer.held;
}

it('has agents run that answer, counts them, and ends them when it stops', async () => {
  const { id } = await pool(1);
  const held = await leased(id);
  const { directory } = held.lease;
  expect(await callAgent(directory, { do: 'echo', value: 42 })).toContain('42');
  expect(await readdir(directory)).toEqual(expect.arrayContaining(['agent.sock', 'gateway.sock']));
  await until(async () =>
    (await metrics.metrics()).includes(`agentainer_pool_agents{pool="${id}",state="leased"} 1`),
  );
  await leaser.release(held, { uses: 1, suspect: false });
  expect(await pools.list()).toMatchObject([{ host: HOST, served: 1 }]);
  await controller!.stop();
  expect(await agentIsHealthy(directory)).toBe(false);
  expect(await readdir(join(home, 'data', 'agents'))).toEqual([]);
  expect(await pools.list()).toEqual([]);
}, 30_000);

it('takes agents over that the controller before it left running', async () => {
  await controller!.stop();
  config = { ...config, keepAgents: true };
  await startController();
  const { id } = await pool(1);
  const held = await leased(id);
  await leaser.release(held, { uses: 1, suspect: false });
  await controller!.stop();
  expect(await agentIsHealthy(held.lease.directory)).toBe(true);

  config = { ...config, keepAgents: false };
  await startController();
  const again = await leased(id);
  expect(again.lease.agentId).toBe(held.lease.agentId);
  expect(again.lease.epoch).toBeGreaterThan(held.lease.epoch);
}, 30_000);

it('replaces an agent that ends in the middle of a task', async () => {
  const { id } = await pool(1);
  const held = await leased(id);
  await callAgent(held.lease.directory, { do: 'crash' }).catch(() => undefined);
  const next = await leased(id);
  expect(next.lease.agentId).not.toBe(held.lease.agentId);
  expect(await callAgent(next.lease.directory, { do: 'echo', value: 7 })).toContain('7');
}, 30_000);
