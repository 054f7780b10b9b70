import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POOL_CONFIG, newId } from '@agentainer/core';
import { silentLogger, withDeadline } from '@agentainer/runtime';
import { agentIsHealthy, callAgent, type FakeAgentFacts } from '@agentainer/testing';
import { describeDriver } from '@agentainer/testing/driver.conformance';
import { DockerDriver } from './docker-driver.js';
import { connectEngine } from './engine.js';

const engineSocket = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const config = DEFAULT_POOL_CONFIG;
const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const instance = `test-${randomBytes(4).toString('hex')}`;
const MIB = 1_024 * 1_024;
const never = new AbortController().signal;

function makeDriver(
  socketPath = engineSocket!,
  options: { instance?: string; startDeadlineMs?: number } = {},
) {
  return new DockerDriver({
    ...{ socketPath, programDirectory: tmpdir(), instance, host: 'box', logger: silentLogger },
    ...options,
  });
}
/** The fake agent, told nothing of its scratch. */
const CARELESS = `delete process.env.AGENTAINER_SCRATCH; import('/agent/agent.mjs')`;
const newHome = () => mkdtempSync(join(tmpdir(), 'af-docker-'));

/** An image as the fake agent's with another command. */
async function variant(name: string, command: string[]): Promise<string> {
  const docker = connectEngine(engineSocket!);
  const container = await docker.createContainer({ Image: image });
  await container.commit({
    repo: `${instance}-${name}`,
    tag: '1',
    changes: `CMD ${JSON.stringify(command)}`,
  });
  await container.remove();
  return `${instance}-${name}:1`;
}

if (!engineSocket) it.skip('needs a container engine', () => undefined);
else {
  describeDriver('docker', async () => {
    const home = newHome();
    const images = {
      working: image,
      ending: await variant('ending', ['node', '-e', 'console.error("no luck"); process.exit(3)']),
      silent: await variant('silent', ['node', '-e', 'setInterval(() => undefined, 1000)']),
      careless: await variant('careless', ['node', '-e', CARELESS]),
    };
    return {
      driver: (options) => makeDriver(engineSocket, options),
      stranger: () => makeDriver(engineSocket, { instance: `${instance}-other` }),
      images,
      directory: (agentId) => join(home, agentId),
      isHealthy: agentIsHealthy,
      run: callAgent,
      tooManyMegabytes: 300,
      crash: (directory) => callAgent(directory, { do: 'crash' }).catch(() => undefined),
      occupy: (directory) => callAgent(directory, { do: 'block', ms: 60_000 }).catch(() => undefined),
      keepMemory: (directory, bytes) => callAgent(directory, { do: 'keep', bytes }),
      dispose: async () => {
        const docker = connectEngine(engineSocket);
        for (const name of [images.ending, images.silent, images.careless])
          await docker.getImage(name).remove();
        rmSync(home, { recursive: true, force: true });
      },
    };
  });

  describe('an agent in a container', () => {
    let home: string;
    let driver: DockerDriver;

    beforeEach(() => {
      home = newHome();
      driver = makeDriver();
    });
    afterEach(async () => {
      for (const agent of await driver.list()) await driver.stop(agent.agentId, 0);
      await driver.close();
      rmSync(home, { recursive: true, force: true });
    }, 30_000);

    async function started(resources?: { memory: number }): Promise<{ agentId: string; directory: string }> {
      const agentId = newId('agent');
      const directory = join(home, agentId);
      const start = { agentId, poolId: 'pool-1', image, directory, config: { ...config, ...resources } };
      await driver.start(start, never);
      return { agentId, directory };
    }

    it('is hardened as asked for, and is not root', async () => {
      const { agentId, directory } = await started();
      const answer = await callAgent(directory, { do: 'describe' });
      const { uid, environment } = (JSON.parse(answer) as { result: FakeAgentFacts }).result;
      expect(uid).toBe(65_534);
      expect(environment).toMatchObject({ AGENTAINER_DIRECTORY: '/run/agentainer' });
      const docker = connectEngine(engineSocket);
      const { HostConfig, NetworkSettings } = await docker
        .getContainer(`agentainer-${instance}-${agentId}`)
        .inspect();
      expect(Object.keys(NetworkSettings.Networks)).toEqual(['none']);
      expect(HostConfig).toMatchObject({
        CapDrop: ['ALL'],
        ReadonlyRootfs: true,
        Memory: 536_870_912,
        PidsLimit: 256,
      });
    }, 30_000);

    it('says of one that used more memory than it may that it did', async () => {
      const { agentId, directory } = await started({ memory: 64 * MIB });
      const ended = new Promise<string>((resolve) => driver.onExit(resolve));
      await callAgent(directory, { do: 'keep', bytes: 512 * MIB }).catch(() => undefined);
      expect(await ended).toBe(agentId);
      expect(await driver.lastWords(agentId)).toMatchObject({
        ...{ how: expect.stringContaining('more memory than it may'), exitCode: 137, outOfMemory: true },
      });
    }, 30_000);

    it('is on a disk that the driver knows', async () => {
      const { agentId } = await started();
      const { Id } = await connectEngine(engineSocket)
        .getContainer(`agentainer-${instance}-${agentId}`)
        .inspect();
      expect(existsSync(join(await driver.dataRoot(), 'containers', Id))).toBe(true);
    }, 30_000);

    it.each(['../../containers/json', 'a/../b', 'a//b', 'a/./b', 'a?b', ''])(
      'is not looked for outside of the images ("%s")',
      async (name) => {
        const agentId = newId('agent');
        const start = { agentId, poolId: 'pool-1', image: name, directory: join(home, agentId), config };
        await expect(driver.start(start, never)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
      },
    );
  });

  describe('an engine', () => {
    let home: string;
    let proxy: EngineProxy;
    let driver: DockerDriver;

    beforeEach(async () => {
      home = newHome();
      proxy = new EngineProxy(join(home, 'engine.sock'));
      await proxy.open();
      driver = makeDriver(proxy.socketPath);
    });
    afterEach(async () => {
      await proxy.open();
      for (const agent of await driver.list()) await driver.stop(agent.agentId, 0);
      await driver.close();
      await proxy.close();
      rmSync(home, { recursive: true, force: true });
    }, 30_000);

    it('that was away is asked for what ended meanwhile', async () => {
      const agent = {
        agentId: newId('agent'),
        poolId: 'pool-1',
        image,
        directory: join(home, 'agent'),
        config,
      };
      const told = new Promise<void>((resolve) => {
        driver.onExit((agentId) => agentId === agent.agentId && resolve());
      });
      await driver.start(agent, never);
      await proxy.close();
      await callAgent(agent.directory, { do: 'crash' }).catch(() => undefined);
      const direct = makeDriver();
      const running = async () => (await direct.list()).some((a) => a.agentId === agent.agentId && a.running);
      while (await running());
      await direct.close();
      await proxy.open();
      await withDeadline('telling of the exit', 10_000, told);
    }, 30_000);

    it('that cannot be reached starts nothing, and says so', async () => {
      await proxy.close();
      const start = {
        agentId: newId('agent'),
        poolId: 'pool-1',
        image,
        directory: join(home, 'agent'),
        config,
      };
      await expect(driver.start(start, never)).rejects.toMatchObject({
        name: 'AgentStartError',
        code: 'ENGINE_AWAY',
      });
    }, 30_000);
  });
}

/** A way to the engine that can be cut. */
class EngineProxy {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(readonly socketPath: string) {}

  async open(): Promise<void> {
    if (this.server) return;
    const server = createServer((near) => {
      const far = connect(engineSocket!);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
    this.server = server;
    await new Promise<void>((resolve) => void server.listen(this.socketPath, resolve));
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.sockets.forEach((socket) => socket.destroy());
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
