import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EGRESS_DIRECTORY, EGRESS_PROXY, EGRESS_PROXY_PORT } from '@agentainer/contracts/agent-paths';

/**
 * Where the pool of this agent lets it reach other hosts, has `127.0.0.1:3128` lead to the proxy by which it does: HTTP
 * clients know TCP, and find it in `HTTP_PROXY` and `HTTPS_PROXY`. Resolves when it does, and at once where there is no proxy.
 */
export async function forwardToProxy(directory: string, port = EGRESS_PROXY_PORT): Promise<void> {
  const path = join(directory, EGRESS_DIRECTORY, EGRESS_PROXY);
  if (!existsSync(path)) return;
  // In a thread of its own: a program that the agent runs and waits for must get through while it does.
  const thread = new Worker(`(${forward.toString()})(${JSON.stringify({ path, port })})`, { eval: true });
  // The agent ends when its tasks do.
  thread.unref();
  await once(thread, 'message');
}

/** Runs as text in a thread, and sees nothing of this module. */
function forward({ path, port }: { path: string; port: number }): void {
  const { connect, createServer } = process.getBuiltinModule('node:net');
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen(port, '127.0.0.1', () => parentPort!.postMessage('listening'));
}
