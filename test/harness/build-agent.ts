import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Makes an image on the engine of the tests as users do; what was said. @param source the agent's program in the repository */
export async function buildAgent(source: string, name: string, ...options: string[]): Promise<string> {
  const command = ['scripts/build-agent.mjs', ...options, source, name];
  const env = { ...process.env, AGENTAINER_DOCKER_SOCKET: process.env.AGENTAINER_TEST_DOCKER_SOCKET };
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: ROOT, env });
  return stdout.trim();
}
