import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentServer, type Handler } from '@agentainer/agent-kit';
import type { AttemptResult } from '@agentainer/engine';
import { AgentClient } from './agent-client.js';

let directory: string;
let client: AgentClient;
let ends: Array<() => Promise<unknown>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-beat-'));
  client = new AgentClient(directory);
  ends = [];
});
afterEach(async () => {
  await client.destroy();
  for (const end of ends) await end();
  await rm(directory, { recursive: true, force: true });
});

async function agent(handler: Handler<never>): Promise<void> {
  const server = new AgentServer(() => handler, directory);
  await server.listen();
  ends.push(() => server.close());
}

/** An agent that begins an answer, or none, and gives no sign of life after that. */
async function silent(begin: string): Promise<{ hungUp: Promise<void> }> {
  let hangUp: () => void = () => undefined;
  const hungUp = new Promise<void>((resolve) => (hangUp = resolve));
  const server = createServer((socket: Socket) => {
    socket.on('data', () => socket.write(begin)).on('error', () => undefined);
    socket.on('close', () => hangUp());
  });
  await new Promise<void>((resolve) => void server.listen(join(directory, 'agent.sock'), resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return { hungUp };
}

const run = (heartbeatTimeoutMs?: number) =>
  client.run(
    { id: 'lease_1', epoch: 5, slot: 0 },
    {
      runId: 'run_01jd0000000000000000000000',
      workflowId: null,
      step: 'count',
      kind: 'map',
      index: 4,
      attempt: 2,
      token: 'tok',
      input: '1',
      timeoutMs: 10_000,
      heartbeatTimeoutMs,
      signal: new AbortController().signal,
    },
  );
const completed = (result: string): AttemptResult => ({ kind: 'completed', result });
const hung = {
  kind: 'timed_out',
  error: { code: 'HEARTBEAT_TIMEOUT', message: 'the agent gave no sign of life for 400ms' },
};
const HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

it('an attempt goes on while its agent gives signs of life by itself', async () => {
  await agent(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return 'done';
  });
  await expect(run(400)).resolves.toEqual(completed('"done"'));
  await expect(run()).resolves.toEqual(completed('"done"'));
});

it.each([
  ['none came', ''],
  ['they stopped', `${HEAD}15\r\n{"type":"heartbeat"}\n\r\n`],
])('an attempt ends when %s, and its connection is closed', async (_, begin) => {
  const { hungUp } = await silent(begin);
  await expect(run(400)).resolves.toEqual(hung);
  await hungUp;
});

it('an agent is asked for several heartbeats in the time, or for none', async () => {
  await agent((_, { task }) => task.heartbeat_ms ?? 'none');
  await expect(run()).resolves.toEqual(completed('"none"'));
  await expect(run(400)).resolves.toEqual(completed('100'));
});
