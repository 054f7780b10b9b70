import { join } from 'node:path';
import { DockerDriver } from '@agentainer/agent-docker';
import { ProcessDriver } from '@agentainer/agent-process';
import type { AgentDriver } from '@agentainer/pool';
import type { Logger } from '@agentainer/runtime';
import type { ControllerConfig } from './config.js';
import { readImages } from './images.js';
import { instanceId } from './instance-id.js';

/** The driver that the configuration names. */
export async function agentDriver(config: ControllerConfig, logger: Logger): Promise<AgentDriver> {
  const { dataDirectory, host, imagesPath } = config;
  const instance = await instanceId(dataDirectory);
  if (config.driver === 'docker') {
    // Where the controller is in a container, the folder of agents is what it shares with the host of the engine.
    const programDirectory = config.agentsDirectory ?? dataDirectory;
    const { dockerSocket: socketPath, registryAuthFile } = config;
    return new DockerDriver({ socketPath, programDirectory, instance, host, logger, registryAuthFile });
  }
  const images = imagesPath === undefined ? {} : await readImages(imagesPath);
  return new ProcessDriver({ images, instance, stateDirectory: join(dataDirectory, 'processes'), logger });
}
