import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@agentainer/runtime';
import { describeCommands } from '@agentainer/testing/commands.conformance';
import { DockerDriver } from './docker-driver.js';
import { connectEngine } from './engine.js';

const socketPath = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const instance = `test-${randomBytes(4).toString('hex')}`;

if (!socketPath) it.skip('needs a container engine', () => undefined);
else {
  describeCommands('docker', async () => {
    const home = mkdtempSync(join(tmpdir(), 'af-commands-'));
    const docker = connectEngine(socketPath);
    const container = await docker.createContainer({ Image: process.env.AGENTAINER_TEST_AGENT_IMAGE! });
    const changes = 'ENTRYPOINT ["sh", "-c"]\nCMD ["echo its own"]';
    await container.commit({ repo: instance, tag: '1', changes });
    await container.remove();
    return {
      driver: new DockerDriver({
        socketPath,
        programDirectory: home,
        instance,
        host: 'box',
        logger: silentLogger,
      }),
      image: `${instance}:1`,
      directory: (agentId) => join(home, agentId),
      dispose: async () => {
        await docker.getImage(`${instance}:1`).remove();
        rmSync(home, { recursive: true, force: true });
      },
    };
  });
}
