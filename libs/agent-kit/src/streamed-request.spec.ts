import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskOutcome } from '@agentainer/core';
import { AgentServer } from './agent-server.js';
import type { Handler } from './handler.js';

type Reduce = Handler<AsyncIterable<TaskOutcome>>;

let directory: string;
let server: AgentServer;
let connections: Agent;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-kit-'));
  connections = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  connections.destroy();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

async function reducing(stream: Reduce): Promise<void> {
  const map: Handler<never> = (input) => input;
  server = new AgentServer((kind) => (kind === 'reduce' ? { stream } : map), directory);
  await server.listen();
}

/** Begins the request of a task: its body up to the input. */
function begin(kind = 'reduce', epoch = 7): ClientRequest {
  const socketPath = join(directory, 'agent.sock');
  const task = { id: 'run_a.sum.0', run_id: 'run_a', workflow_id: null, step: 'sum', kind, index: 0 };
  const envelope = {
    lease: { id: 'l', epoch },
    task: { ...task, attempt: 1, token: 't', timeout_ms: 60_000 },
  };
  const outgoing = request({ socketPath, agent: connections, method: 'POST', path: '/tasks' });
  outgoing.write(`${JSON.stringify(envelope).slice(0, -1)},"input":`);
  return outgoing;
}

async function answerTo(outgoing: ClientRequest): Promise<unknown> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return JSON.parse(text) as unknown;
}

const outcome = (index: number, result: unknown): TaskOutcome =>
  ({ index, status: 'completed', result }) as TaskOutcome;
const all: Reduce = async (outcomes) => {
  const results: unknown[] = [];
  for await (const one of outcomes) results.push(one);
  return results;
};

it('gives an outcome to its handler before the next one has come', async () => {
  const came: Array<() => void> = [];
  const first = new Promise<void>((resolve) => came.push(resolve));
  await reducing(async (outcomes) => {
    let count = 0;
    for await (const { index } of outcomes) {
      count += 1;
      if (index === 0) came[0]!();
    }
    return count;
  });
  const outgoing = begin();
  outgoing.write(`[${JSON.stringify(outcome(0, 'a'))},`);
  await first;
  outgoing.end(`${JSON.stringify(outcome(1, 'b'))}]}`);
  await expect(answerTo(outgoing)).resolves.toEqual({ type: 'result', result: 2 });
});

it('puts outcomes together however the body is cut, within a character too', async () => {
  await reducing(all);
  const sent = [outcome(0, 'grüße 🎈 "]'), outcome(1, { list: [[1], {}] })];
  const outgoing = begin();
  for (const byte of Buffer.from(`${JSON.stringify(sent)}}`)) outgoing.write(Buffer.from([byte]));
  outgoing.end();
  await expect(answerTo(outgoing)).resolves.toEqual({ type: 'result', result: sent });
});

it('goes on with the connection after a handler that did not want everything', async () => {
  await reducing(async (outcomes) => {
    for await (const { index } of outcomes) return index;
    return 'none';
  });
  const many = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => outcome(i, 'x'.repeat(50))));
  const sockets = new Set<unknown>();
  for (const result of [0, 0]) {
    const outgoing = begin();
    outgoing.on('socket', (socket) => sockets.add(socket));
    outgoing.end(`${many}}`);
    await expect(answerTo(outgoing)).resolves.toEqual({ type: 'result', result });
  }
  expect(sockets.size).toBe(1);
});

it('reads the input of other kinds of tasks whole', async () => {
  await reducing(all);
  for (const input of [[1, 2], { a: '"input":[' }, null]) {
    const outgoing = begin('map');
    outgoing.end(`${JSON.stringify(input)}}`);
    await expect(answerTo(outgoing)).resolves.toEqual({ type: 'result', result: input });
  }
});

it('fails a task whose input is no list, or ends before its list does', async () => {
  await reducing(all);
  for (const input of ['{"a":1}}', '[{"index":0}}']) {
    const outgoing = begin();
    outgoing.end(input);
    await expect(answerTo(outgoing)).resolves.toMatchObject({ type: 'problem' });
  }
});

it('refuses a lease that is not the newest, whatever of the body has come', async () => {
  await reducing(all);
  for (const [epoch, expected] of [
    [9, { type: 'result', result: [] }],
    [8, { code: 'STALE_LEASE' }],
    [9, { type: 'result', result: [] }],
  ] as const) {
    const outgoing = begin('reduce', epoch);
    outgoing.end('[]}');
    await expect(answerTo(outgoing)).resolves.toMatchObject(expected);
  }
});

it('ends the task of a worker that goes away within the input', async () => {
  let ended: (reason: unknown) => void = () => undefined;
  const end = new Promise<unknown>((resolve) => (ended = resolve));
  let begun: () => void = () => undefined;
  const begins = new Promise<void>((resolve) => (begun = resolve));
  await reducing(async (outcomes, { signal }) => {
    signal.addEventListener('abort', () => ended(signal.reason));
    for await (const _ of outcomes) begun();
  });
  const outgoing = begin();
  outgoing.on('error', () => undefined);
  outgoing.write(`[${JSON.stringify(outcome(0, 1))},`);
  await begins;
  outgoing.destroy();
  await expect(end).resolves.toMatchObject({ message: 'the worker went away' });
});
