import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentServer, type Handler, type TaskOutcome } from '@agentainer/agent-kit';
import type { AttemptRequest } from '@agentainer/engine';
import { AgentClient } from './agent-client.js';

type Reduce = Handler<AsyncIterable<TaskOutcome>>;

let directory: string;
let client: AgentClient;
let ends: Array<() => Promise<unknown>>;
let connections: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-client-'));
  client = new AgentClient(directory);
  ends = [];
  connections = 0;
});
afterEach(async () => {
  await client.destroy();
  for (const end of ends) await end();
  await rm(directory, { recursive: true, force: true });
});

async function reducing(stream: Reduce): Promise<void> {
  const server = new AgentServer(() => ({ stream }), directory);
  (server as unknown as { tasks: { server: import('node:http').Server } }).tasks.server.on(
    'connection',
    () => (connections += 1),
  );
  await server.listen();
  ends.push(() => server.close());
}

async function serving(listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(join(directory, 'agent.sock'));
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
}

const run = (input: AttemptRequest['input'], change: Partial<AttemptRequest> = {}) => {
  const attempt: AttemptRequest = {
    runId: 'run_01jd0000000000000000000000',
    workflowId: null,
    step: 'sum',
    kind: 'reduce',
    index: 0,
    attempt: 1,
    token: 'tok',
    input,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    ...change,
  };
  return client.run({ id: 'lease_1', epoch: 5, slot: 0 }, attempt);
};

/** Two outcomes, and then none for ever. */
async function* endless() {
  yield '[{"index":0,"status":"completed","result":1}';
  yield ',{"index":1,"status":"completed","result":2}';
  await new Promise(() => undefined);
}

const first: Reduce = async (outcomes) => {
  for await (const outcome of outcomes) return outcome;
  return null;
};

it('is answered before it has ended, and the connection serves the next task', async () => {
  await reducing(first);
  for (let i = 0; i < 3; i++) {
    const result = await run(endless());
    expect(result).toMatchObject({ kind: 'completed' });
    expect(JSON.parse((result as { result: string }).result)).toMatchObject({ index: 0 });
  }
  await expect(run('[]')).resolves.toEqual({ kind: 'completed', result: 'null' });
  expect(connections).toBe(1);
});

it('is answered early by an agent that ends its whole answer, too', async () => {
  await serving((request, response) => {
    request.once('data', () => response.end('{"type":"result","result":7}\n'));
    request.on('error', () => undefined);
  });
  for (let i = 0; i < 3; i++) {
    await expect(run(endless())).resolves.toEqual({ kind: 'completed', result: '7' });
  }
});

it('does not keep an agent that is told to stop while it waits for more', async () => {
  await reducing(async (outcomes) => {
    for await (const _ of outcomes);
  });
  const abort = new AbortController();
  const seen: string[] = [];
  const ended = run(endless(), { signal: abort.signal, onProgress: (value) => seen.push(value) });
  setTimeout(() => abort.abort(), 50);
  await expect(ended).resolves.toMatchObject({ kind: 'stopped' });
  await expect(run('[]')).resolves.toMatchObject({ kind: 'completed' });
  expect(connections).toBe(2);
});

it('may take longer than the attempt, whose time begins after it', async () => {
  await reducing(async (outcomes, { signal }) => {
    for await (const _ of outcomes);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  });
  async function* slow() {
    yield '[';
    await new Promise((resolve) => setTimeout(resolve, 200));
    yield ']';
  }
  const from = performance.now();
  await expect(run(slow(), { timeoutMs: 50, inputTimeMs: 60_000 })).resolves.toMatchObject({
    kind: 'timed_out',
    error: { code: 'TASK_TIMEOUT' },
  });
  expect(performance.now() - from).toBeGreaterThanOrEqual(245);
  await expect(run(endless(), { timeoutMs: 60_000, inputTimeMs: 50 })).resolves.toMatchObject({
    kind: 'timed_out',
  });
});

it('goes with what the task reports meanwhile', async () => {
  const seen: unknown[] = [];
  await reducing(async (outcomes, { progress }) => {
    let sum = 0;
    for await (const outcome of outcomes) {
      progress({ sum: (sum += Number('result' in outcome ? outcome.result : 0)) });
      if (sum === 3) await until(() => seen.length === 2);
    }
    return sum;
  });
  async function* some() {
    yield* ['[{"index":0,"status":"completed","result":1}', ',{"index":1,"status":"completed","result":2}]'];
  }
  const ended = run(some(), { onProgress: (value) => seen.push(JSON.parse(value)) });
  await expect(ended).resolves.toEqual({ kind: 'completed', result: '3' });
  expect(seen).toEqual([{ sum: 1 }, { sum: 3 }]);
});

it('tells a task of a tree its level', async () => {
  const server = new AgentServer(
    () =>
      (_, { task }) =>
        task.level ?? null,
    directory,
  );
  await server.listen();
  ends.push(() => server.close());
  await expect(run('[]', { level: 0 })).resolves.toEqual({ kind: 'completed', result: '0' });
  await expect(run('[]')).resolves.toEqual({ kind: 'completed', result: 'null' });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
