import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentIsHealthy, callAgent } from '@agentainer/testing';
import { HOST, TestController } from './controller.fixture.js';
import { until } from './keeper.fixture.js';

let home: string;
let imagesPath: string;
let controller: TestController;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'af-images-'));
  imagesPath = await TestController.images(home);
});
afterAll(() => rm(home, { recursive: true }));
beforeEach(async () => {
  controller = await TestController.open({ driver: 'process', imagesPath });
});
afterEach(() => controller.close());

it('has agents run that answer, counts them, and ends them when it stops', async () => {
  await controller.start();
  const pool = await controller.pool('fake', 1);
  const held = await controller.leased(pool);
  const { directory } = held.lease;
  expect(await callAgent(directory, { do: 'echo', value: 42 })).toContain('42');
  expect(await readdir(directory)).toEqual(expect.arrayContaining(['agent.sock', 'gateway.sock']));
  const line = `agentainer_pool_size{pool="${pool.id}",state="leased"} 1`;
  await until(async () => (await controller.metrics.metrics()).includes(line));
  await controller.leaser.release(held, { uses: 1, suspect: false });
  expect(await controller.pools.list()).toMatchObject([{ host: HOST, served: 1 }]);
  await controller.stop();
  expect(await agentIsHealthy(directory)).toBe(false);
  expect(existsSync(join(controller.config.dataDirectory, 'agents'))).toBe(false);
  expect(await controller.pools.list()).toEqual([]);
}, 30_000);

it('takes agents over that the controller before it left running', async () => {
  await controller.start({ keepAgents: true });
  const pool = await controller.pool('fake', 1);
  const held = await controller.leased(pool);
  await controller.leaser.release(held, { uses: 1, suspect: false });
  await controller.stop();
  expect(await agentIsHealthy(held.lease.directory)).toBe(true);

  await controller.start();
  const again = await controller.leased(pool);
  expect(again.lease.agentId).toBe(held.lease.agentId);
  expect(again.lease.epoch).toBeGreaterThan(held.lease.epoch);
}, 30_000);

it('replaces an agent that ends in the middle of a task', async () => {
  await controller.start();
  const pool = await controller.pool('fake', 1);
  const held = await controller.leased(pool);
  await callAgent(held.lease.directory, { do: 'crash' }).catch(() => undefined);
  const next = await controller.leased(pool);
  expect(next.lease.agentId).not.toBe(held.lease.agentId);
  expect(await callAgent(next.lease.directory, { do: 'echo', value: 7 })).toContain('7');
}, 30_000);

it('says that an image does not exist', async () => {
  await controller.start();
  const { id } = await controller.pool('unknown', 0);
  const answer = await controller.leaser.lease(id, { waitMs: 10_000, signal: new AbortController().signal });
  expect(answer).toMatchObject({ kind: 'broken', error: { code: 'IMAGE_NOT_FOUND' } });
}, 30_000);
