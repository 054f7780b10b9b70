import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { AgentStart } from '@agentainer/pool';

/** Connections of one agent to one of its sockets, for each task that it serves at once. */
const MAX_CONNECTIONS = 64;
/** How long what is being worked on may take when a socket is closed, in milliseconds. */
const CLOSE_MS = 1_000;

/**
 * Has a server listen on a socket in an agent's directory: there under its name only once it answers, and open to
 * whatever user the agent runs as.
 */
export async function listenForAgent(
  server: Server,
  { directory, config }: Pick<AgentStart, 'directory' | 'config'>,
  name: string,
): Promise<void> {
  server.maxConnections = MAX_CONNECTIONS * config.agent_concurrency;
  const temporary = join(directory, `${randomBytes(4).toString('hex')}.tmp`);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: temporary, readableAll: true, writableAll: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  try {
    await rename(temporary, join(directory, name));
  } catch (error) {
    await closed(server);
    throw error;
  }
}

/** Leaves the socket's file where it is: a controller that took over may already serve under that name. */
export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const overdue = setTimeout(() => server instanceof HttpServer && server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearTimeout(overdue);
      resolve();
    });
  });
}
