import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The engine's own command line, so that a test sees what is there and not what the product says. */
export async function docker(...command: string[]): Promise<string> {
  const socket = process.env.AGENTAINER_TEST_DOCKER_SOCKET!;
  const { stdout } = await run('docker', ['-H', `unix://${socket}`, ...command], { timeout: 30_000 });
  return stdout.trim();
}

/** Ids of the containers of one instance's host; of one agent where it is named. */
export async function containersOf(host: string, agentId?: string): Promise<string[]> {
  const filters = [
    `label=agentainer.host=${host}`,
    ...(agentId ? [`label=agentainer.agent=${agentId}`] : []),
  ];
  const ids = await docker('ps', '-q', ...filters.flatMap((f) => ['--filter', f]));
  return ids.split('\n').filter(Boolean);
}
