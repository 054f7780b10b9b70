import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sharedEngine = () => process.env.AGENTAINER_TEST_DOCKER_SOCKET!;

/** The engine's own command line, so that a test sees what is there and not what the product says. */
export function docker(...command: string[]): Promise<string> {
  return dockerAt(sharedEngine(), ...command);
}

/** The same for the engine at this socket. */
export async function dockerAt(socket: string, ...command: string[]): Promise<string> {
  const { stdout } = await run('docker', ['-H', `unix://${socket}`, ...command], { timeout: 30_000 });
  return stdout.trim();
}

/** Ids of the containers of one instance's host, running or not; of one agent where it is named. */
export async function containersOf(
  host: string,
  agentId?: string,
  socket = sharedEngine(),
): Promise<string[]> {
  const filters = [
    `label=agentainer.host=${host}`,
    ...(agentId ? [`label=agentainer.agent=${agentId}`] : []),
  ];
  const given = filters.flatMap((filter) => ['--filter', filter]);
  const ids = await dockerAt(socket, 'ps', '--all', '--quiet', ...given);
  return ids.split('\n').filter(Boolean);
}

/** The agents whose containers run on one instance's host. */
export async function agentsOf(host: string): Promise<string[]> {
  const format = '{{.Label "agentainer.agent"}}';
  const ids = await docker('ps', '--filter', `label=agentainer.host=${host}`, '--format', format);
  return ids.split('\n').filter(Boolean);
}
