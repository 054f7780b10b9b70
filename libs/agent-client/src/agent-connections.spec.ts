import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentServer } from '@agentainer/agent-kit';
import type { AttemptRequest } from '@agentainer/engine';
import { AgentConnections } from './agent-connections.js';

let directory: string;
let agents: AgentConnections;
let ends: Array<() => Promise<unknown>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-conn-'));
  agents = new AgentConnections();
  ends = [];
});
afterEach(async () => {
  await agents.close();
  for (const end of ends) await end();
  await rm(directory, { recursive: true, force: true });
});

async function agent(handler: (input: never) => unknown = (input) => input): Promise<AgentServer> {
  const server = new AgentServer(() => handler, directory);
  await server.listen();
  ends.push(() => server.close());
  return server;
}

/** An agent that takes connections and then does `onData`. */
async function raw(onData: (socket: Socket) => void): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', () => onData(socket));
  });
  await new Promise<void>((resolve) => void server.listen(join(directory, 'agent.sock'), resolve));
  ends.push(() => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
}

const attempt: AttemptRequest = {
  runId: 'run_01jd0000000000000000000000',
  workflowId: null,
  step: 's',
  kind: 'map',
  index: 0,
  attempt: 1,
  token: 't',
  input: '"hello"',
  timeoutMs: 5_000,
  signal: new AbortController().signal,
};
const run = () => agents.run(directory, { id: 'lease_1', epoch: 1, slot: 0 }, attempt);

describe('connections to agents', () => {
  it('run attempts by directory', async () => {
    await agent();
    await expect(run()).resolves.toEqual({ kind: 'completed', result: '"hello"' });
  });

  it('find an agent that comes after one that went', async () => {
    const first = await agent();
    await run();
    await Promise.all([agents.close(), first.close()]);
    await expect(run()).resolves.toMatchObject({ kind: 'lost' });
    await agent(() => 'second');
    await expect(run()).resolves.toEqual({ kind: 'completed', result: '"second"' });
  });

  it('leave nothing open once closed', async () => {
    const server = await agent();
    await run();
    await agents.close();
    await server.close();
  });

  it('let what runs on them end before they make room', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    await agent(async () => {
      begin();
      await released;
      return 'done';
    });
    const result = run();
    await begun;
    agents.drop(directory, 0);
    release();
    await expect(result).resolves.toEqual({ kind: 'completed', result: '"done"' });
  });
});

describe('a probe', () => {
  it('finds a healthy agent, also while it runs a task', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await agent(() => released);
    const result = run();
    await expect(agents.probe(directory)).resolves.toBe(true);
    release();
    await result;
  });

  it('warms the connection up for the task after it', async () => {
    let connections = 0;
    const answer = '{"status":"ok","boot_id":"b"}';
    const server = createHttpServer((request, response) => {
      request.resume().on('end', () => response.end(answer));
    });
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => void server.listen(join(directory, 'agent.sock'), resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    await expect(agents.probe(directory)).resolves.toBe(true);
    await run();
    expect(connections).toBe(1);
  });

  it('does not find an agent that is not there', async () => {
    await expect(agents.probe(directory)).resolves.toBe(false);
  });

  it('does not wait longer than its deadline for one that hangs', async () => {
    await raw(() => undefined);
    const begun = performance.now();
    await expect(agents.probe(directory, 50)).resolves.toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it.each([
    ['an error', 'HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n'],
    ['something else', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'],
    ['no HTTP', 'hello\r\n\r\n'],
  ])('does not take %s for health', async (_, answer) => {
    await raw((socket) => socket.end(answer));
    await expect(agents.probe(directory)).resolves.toBe(false);
  });
});
