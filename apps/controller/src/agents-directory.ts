import { createHash } from 'node:crypto';
import { lstat, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@agentainer/runtime';
import type { ControllerConfig } from './config.js';

/** Memory that is used as a file system; every Linux has it. */
const MEMORY = '/dev/shm';
const TMPFS_MAGIC = 0x01021994;

/**
 * Where the directories of a host's agents are made. Those of containers are in memory: what a container writes there
 * counts as memory of its own, which is bounded, and no agent can fill a disk of its host.
 * @throws where the folder belongs to somebody else
 */
export async function agentsDirectory(
  config: Pick<ControllerConfig, 'agentsDirectory' | 'dataDirectory' | 'driver'>,
  logger: Logger,
): Promise<string> {
  const inData = join(config.dataDirectory, 'agents');
  if (config.driver !== 'docker') return config.agentsDirectory ?? inData;
  const usual = (await isInMemory(MEMORY)) ? memoryDirectoryOf(config.dataDirectory) : inData;
  const directory = config.agentsDirectory ?? usual;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found = await lstat(directory);
  // Anybody may make folders in /dev/shm.
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(`${directory}, the folder of agents' directories, belongs to somebody else`);
  if (!(await isInMemory(directory)))
    logger.warn(
      { directory },
      "agents' directories are not in memory: an agent can fill the disk they are on",
    );
  return directory;
}

/** The folder of an instance, unless its configuration says otherwise: it outlives a controller, not a restart of the machine. */
export function memoryDirectoryOf(dataDirectory: string): string {
  const hash = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12);
  return join(MEMORY, `agentainer-${process.getuid?.() ?? 0}-${hash}`);
}

async function isInMemory(directory: string): Promise<boolean> {
  return statfs(directory).then(
    ({ type }) => type === TMPFS_MAGIC,
    () => false,
  );
}
