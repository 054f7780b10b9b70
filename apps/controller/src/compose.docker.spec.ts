import { DockerDriver } from '@agentainer/agent-docker';
import { silentLogger } from '@agentainer/runtime';
import { callAgent } from '@agentainer/testing';
import { HOST, TestController } from './controller.fixture.js';
import { instanceId } from './instance-id.js';
import { until } from './keeper.fixture.js';

const dockerSocket = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const SLOW_MS = 60_000;

if (!dockerSocket) it.skip('needs a container engine', () => undefined);
else {
  let controller: TestController;
  let engine: DockerDriver;
  beforeEach(async () => {
    controller = await TestController.open({ driver: 'docker', dockerSocket });
    const instance = await instanceId(controller.config.dataDirectory);
    engine = new DockerDriver({
      ...{ socketPath: dockerSocket, programDirectory: controller.home },
      ...{ instance, host: HOST, logger: silentLogger },
    });
  });
  afterEach(async () => {
    await controller.close();
    expect(await engine.list()).toEqual([]);
    await engine.close();
  }, SLOW_MS);

  const containers = async () => (await engine.list()).map((agent) => agent.agentId);

  it(
    'keeps warm containers that run tasks, and replaces one that dies',
    async () => {
      await controller.start();
      const pool = await controller.pool(image, 1);
      const held = await controller.leased(pool);
      expect(await callAgent(held.lease.directory, { do: 'echo', value: 42 })).toContain('42');
      await callAgent(held.lease.directory, { do: 'crash' }).catch(() => undefined);
      const next = await controller.leased(pool);
      expect(await callAgent(next.lease.directory, { do: 'echo', value: 7 })).toContain('7');
      await until(async () => !(await containers()).includes(held.lease.agentId));
    },
    SLOW_MS,
  );

  it(
    'finds containers that a crash left by their label, and removes those that the registry does not know',
    async () => {
      await controller.start({ keepAgents: true });
      await controller.leased(await controller.pool(image, 2));
      await until(async () => (await controller.pools.list())[0]?.agents.idle === 1);
      const left = await containers();
      expect(left).toHaveLength(2);
      await controller.stop();
      expect(await containers()).toEqual(left);
      await controller.start({ keyPrefix: `${controller.config.keyPrefix}-anew` });
      await until(async () => (await containers()).length === 0);
    },
    SLOW_MS,
  );

  it(
    'says that an image does not exist',
    async () => {
      await controller.start();
      const { id } = await controller.pool('agentainer-test/none:1', 0);
      const { signal } = new AbortController();
      const answer = await controller.leaser.lease(id, { waitMs: 10_000, signal });
      expect(answer).toMatchObject({ kind: 'broken', error: { code: 'IMAGE_NOT_FOUND' } });
    },
    SLOW_MS,
  );
}
