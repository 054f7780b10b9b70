import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_SOCKET } from '@agentainer/contracts/agent-paths';

/**
 * Makes the directory in which an agent is to open its socket, as whatever user it runs as; nobody else gets past the
 * directories above. What is there already cannot be replaced by the agent (the sticky bit).
 */
export async function openToAgent(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o1777);
}

/**
 * Takes the directory of an agent that has opened its socket away from it: a socket cannot become a link to somebody
 * else's then, through which its host would talk to them in its name.
 * @param makesItsSocket whether the agent opens its socket itself, by which it is seen as whom it runs
 * @throws where the agent left something else than sockets there, or could open it again
 */
export async function closeToAgent(directory: string, makesItsSocket = true): Promise<void> {
  await chmod(directory, 0o755);
  for (const name of await readdir(directory)) {
    const entry = await lstat(join(directory, name));
    const isOurs = entry.uid === process.getuid?.() && !entry.isSymbolicLink();
    if (!isOurs && !entry.isSocket())
      throw new Error(`the agent left "${name}" in its directory, which is for sockets alone`);
    if (makesItsSocket && name === AGENT_SOCKET && isPrivileged(entry.uid)) {
      const message = `the agent runs as user ${entry.uid}, as its host does or root: its image must name another USER`;
      throw new Error(message);
    }
  }
}

/** A name that an image gives may be that of any user. */
function isPrivileged(user: number): boolean {
  return user === 0 || user === process.getuid?.();
}
