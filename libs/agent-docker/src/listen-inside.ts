import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { type Server } from 'node:net';
import { AgentStartError } from '@agentainer/pool';
import { isAlive, type ProcessIdentity, withDeadline } from '@agentainer/runtime';

/** How long the process may take that makes the socket, in milliseconds: it is a new Node. */
const MAKE_MS = 10_000;
/** The number that the file of the namespace has in that process: behind its output and its channel to this one. */
const NAMESPACE_FD = 4;

/** Makes the socket, hands it over and ends. As text, for it runs where nothing of this module is known. */
const MAKE = `
  const server = require('node:net').createServer();
  server.on('error', (error) => process.send({ error: error.message }, () => process.exit()));
  server.listen(Number(process.argv[1]), '127.0.0.1', () => process.send({}, server, () => process.exit()));
`;

/**
 * A server that listens at a port of a container's own loopback, though what connects to it is served by this process. A
 * socket stays in the network namespace in which it was made, whoever has it: a short-lived process enters that of the container,
 * makes the socket and hands it over.
 * @param first the container's first process, as this process sees it
 * @throws {AgentStartError} `AGENT_REFUSED` where this process may not enter it
 */
export async function listenInside(first: ProcessIdentity, port: number): Promise<Server> {
  const namespace = openNamespace(first);
  try {
    const program = ['--', process.execPath, '-e', MAKE, String(port)];
    const maker = spawn('nsenter', [`--net=/proc/self/fd/${NAMESPACE_FD}`, ...program], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', namespace],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    try {
      return await withDeadline('opening a port in a container', MAKE_MS, handedOver(maker));
    } finally {
      maker.kill('SIGKILL');
    }
  } finally {
    closeSync(namespace);
  }
}

/** Opened first, and looked at afterwards: by then it is certain whose it is. */
function openNamespace(first: ProcessIdentity): number {
  const path = `/proc/${first.pid}/ns/net`;
  let namespace: number;
  try {
    namespace = openSync(path, 'r');
  } catch (error) {
    throw notAllowed((error as Error).message);
  }
  const isOwn = readlinkSync(`/proc/self/fd/${namespace}`) === readlinkSync('/proc/self/ns/net');
  if (isAlive(first) && !isOwn) return namespace;
  closeSync(namespace);
  throw new AgentStartError('AGENT_START_FAILED', 'the container ended, or shares the network of its host');
}

function handedOver(maker: ChildProcess): Promise<Server> {
  let said = '';
  maker.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    maker.once('error', (error) => reject(notAllowed(error.message)));
    maker.once('message', ({ error }: { error?: string }, server) => {
      if (server) resolve(server as Server);
      else
        reject(new AgentStartError('AGENT_START_FAILED', `no port could be opened in a container: ${error}`));
    });
    maker.once('close', () => reject(notAllowed(said.trim() || 'it ended')));
  });
}

/** Where the processes of a container cannot be seen, nothing can be opened in it. */
export function notBeside(): AgentStartError {
  return notAllowed('it does not see the processes of the container');
}

function notAllowed(reason: string): AgentStartError {
  const message = `"network": "egress" with "protocol": "exec" needs a controller that is root beside its container engine: ${reason}`;
  return new AgentStartError('AGENT_REFUSED', message);
}
