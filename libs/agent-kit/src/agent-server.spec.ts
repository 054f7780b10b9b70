import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentServer } from './agent-server.js';
import { DROP } from './drop.js';
import type { Handler, Handlers } from './handler.js';
import { TaskFailure } from './task-failure.js';

interface Answer {
  status: number;
  text: string;
  json: Record<string, unknown>;
}

let directory: string;
let server: AgentServer | undefined;
let connections: Agent;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-kit-'));
  connections = new Agent({ keepAlive: true });
});
afterEach(async () => {
  connections.destroy();
  await server?.close();
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function serving(handlers: Handler<never> | Handlers): Promise<void> {
  server = new AgentServer(
    (kind) => (typeof handlers === 'function' ? handlers : handlers[kind]) as Handler<never> | undefined,
    directory,
  );
  await server.listen();
}

function call(method: string, path: string, body?: string, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socketPath = join(directory, 'agent.sock');
    const outgoing = request({ socketPath, agent: connections, method, path, signal }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const json = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, text, json });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const taskRequest = (input: unknown, change: { epoch?: number; id?: string; kind?: string } = {}) => ({
  lease: { id: 'lease_1', epoch: change.epoch ?? 7 },
  task: {
    id: change.id ?? 'run_a.count.0',
    run_id: 'run_a',
    workflow_id: null,
    step: 'count',
    kind: change.kind ?? 'map',
    index: 0,
    attempt: 1,
    token: 'secret',
    timeout_ms: 60_000,
  },
  input,
});

const post = (
  input: unknown,
  change: { epoch?: number; id?: string; kind?: string } = {},
  signal?: AbortSignal,
) => call('POST', '/tasks', JSON.stringify(taskRequest(input, change)), signal);

/** A handler that never ends by itself, and what becomes of it. */
function hanging() {
  const started: Array<() => void> = [];
  const aborted: Array<(reason: Error) => void> = [];
  const next = <T>(list: Array<(value: T) => void>) => new Promise<T>((resolve) => list.push(resolve));
  const events = { started: next<void>(started), aborted: next<Error>(aborted) };
  const handler: Handler<never> = (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted.forEach((tell) => tell(signal.reason as Error));
        reject(signal.reason as Error);
      });
      started.forEach((tell) => tell());
    });
  return { handler, events };
}

describe('an agent that serves', () => {
  it('answers healthy, with an id of this start', async () => {
    await serving(() => null);
    const { status, json } = await call('GET', '/health');
    expect(status).toBe(200);
    expect(json).toEqual({ status: 'ok', boot_id: expect.any(String) });
  });

  it('has a socket that every user may connect to, under its final name alone', async () => {
    await serving(() => null);
    expect(await readdir(directory)).toEqual(['agent.sock']);
    expect((await stat(join(directory, 'agent.sock'))).mode & 0o777).toBe(0o666);
  });

  it('takes the place of what an earlier agent left in the directory', async () => {
    await serving(() => 1);
    const second = new AgentServer(() => () => 2, directory);
    await second.listen();
    expect((await post(null)).json.result).toBe(2);
    connections.destroy();
    await second.close();
  });

  it('gives the handler its input and its task, and answers with one line', async () => {
    await serving((input, { task }) => ({ input, id: task.id, attempt: task.attempt }));
    const { status, text } = await post({ url: 'a' });
    expect(status).toBe(200);
    expect(text).toBe('{"type":"result","result":{"input":{"url":"a"},"id":"run_a.count.0","attempt":1}}\n');
  });

  it('chooses the handler by the kind of the step', async () => {
    await serving({ map: () => 'mapped', reduce: (outcomes) => outcomes.length });
    expect((await post('x')).json.result).toBe('mapped');
    expect((await post([1, 2], { kind: 'reduce' })).json.result).toBe(2);
    expect((await post('x', { kind: 'sequential' })).json).toMatchObject({
      type: 'problem',
      code: 'STEP_KIND_UNSUPPORTED',
      retryable: false,
    });
  });

  it('answers null for a handler that returns nothing', async () => {
    await serving(() => undefined);
    expect((await post(1)).text).toBe('{"type":"result","result":null}\n');
  });
});

describe('a handler that fails', () => {
  it('gives its error, with the stack', async () => {
    await serving(() => {
      throw new TypeError('no such page');
    });
    const { json } = await post(1);
    expect(json).toMatchObject({ type: 'problem', code: 'AGENT_FAILED', message: 'no such page' });
    expect(json.detail).toContain('agent-server.spec');
    expect(json).not.toHaveProperty('retryable');
  });

  it('gives the code, the detail and the retryability of a TaskFailure', async () => {
    await serving(() => {
      throw new TaskFailure('PAGE_GONE', 'it was deleted', { retryable: false, detail: 'HTTP 410' });
    });
    expect((await post(1)).json).toEqual({
      type: 'problem',
      code: 'PAGE_GONE',
      message: 'it was deleted',
      detail: 'HTTP 410',
      retryable: false,
    });
  });

  it('is cut to what a line may hold', async () => {
    await serving(() => {
      throw new TaskFailure('C'.repeat(100), 'm'.repeat(10_000), { detail: `begin${'d'.repeat(9_000)}end` });
    });
    const { json } = await post(1);
    expect(json.code).toHaveLength(64);
    expect(json.message).toHaveLength(2_000);
    expect(json.detail).toHaveLength(4_096);
    expect(json.detail).toMatch(/end$/);
  });

  it.each([
    [
      'a cycle',
      () => {
        const cycle: unknown[] = [];
        cycle.push(cycle);
        return cycle;
      },
    ],
    ['a bigint', () => 1n],
    ['a function', () => () => 1],
    [
      'nesting without end',
      () => {
        let deep: unknown = 1;
        for (let i = 0; i < 100_000; i++) deep = [deep];
        return deep;
      },
    ],
  ])('with a result that is no JSON (%s) gives a problem that no retry mends', async (_, handler) => {
    await serving(handler);
    expect((await post(1)).json).toMatchObject({ type: 'problem', code: 'AGENT_FAILED', retryable: false });
  });

  it('leaves the agent ready for the next task', async () => {
    await serving((input) => {
      if (input === 'bad') throw null;
      return input;
    });
    expect((await post('bad')).json).toMatchObject({ code: 'AGENT_FAILED', message: 'null' });
    expect((await post('good')).json.result).toBe('good');
  });
});

describe('leases', () => {
  it('refuses a lease older than one it has seen', async () => {
    await serving((input) => input);
    await post(1, { epoch: 10 });
    const { status, json } = await post(1, { epoch: 9 });
    expect(status).toBe(409);
    expect(json).toMatchObject({ code: 'STALE_LEASE', status: 409 });
    expect((await post('again', { epoch: 10 })).json.result).toBe('again');
  });

  it('ends the running task when a newer lease comes', async () => {
    const { handler, events } = hanging();
    await serving((input, context) => (input === 'hang' ? handler(input, context) : input));
    const first = post('hang', { epoch: 1, id: 'run_a.count.1' });
    await events.started;
    expect((await post('new', { epoch: 2 })).json.result).toBe('new');
    expect((await events.aborted).message).toContain('newer lease');
    expect((await first).json).toMatchObject({ type: 'problem', code: 'TASK_CANCELLED' });
  });

  it('runs one task at a time', async () => {
    const { handler, events } = hanging();
    await serving(handler);
    const first = post(1, { id: 'run_a.count.1' });
    await events.started;
    const second = await post(2, { id: 'run_a.count.2' });
    expect(second.status).toBe(409);
    expect(second.json).toMatchObject({ code: 'AGENT_BUSY' });
    await call('DELETE', '/tasks/run_a.count.1');
    await first;
  });
});

describe('a task that is no longer wanted', () => {
  it('is aborted by DELETE, which names it', async () => {
    const { handler, events } = hanging();
    await serving(handler);
    const answer = post(1, { id: 'run_a.count.5' });
    await events.started;
    expect((await call('DELETE', '/tasks/run_a.count.6')).status).toBe(404);
    expect((await call('DELETE', '/tasks/run_a.count.5')).status).toBe(204);
    expect((await answer).json).toMatchObject({ code: 'TASK_CANCELLED' });
  });

  it('is aborted when its worker goes away', async () => {
    const { handler, events } = hanging();
    await serving(handler);
    const worker = new AbortController();
    const answer = post(1, {}, worker.signal);
    await events.started;
    worker.abort();
    await expect(answer).rejects.toThrow();
    expect((await events.aborted).message).toBe('the worker went away');
  });

  it('is aborted when the agent closes', async () => {
    const { handler, events } = hanging();
    await serving(handler);
    const answer = post(1).catch(() => undefined);
    await events.started;
    const closed = server!.close();
    expect((await events.aborted).message).toBe('the agent stops');
    await answer;
    connections.destroy();
    await closed;
  });
});

describe('requests that are not of the protocol', () => {
  it.each([
    ['no JSON', '{"lease":', 'the body is not JSON'],
    ['no object', '[]', 'lease must be an object'],
    ['null', 'null', 'lease must be an object'],
    ['no input', JSON.stringify({ ...taskRequest(1), input: undefined }), 'input is missing'],
    [
      'an epoch of text',
      JSON.stringify({ ...taskRequest(1), lease: { id: 'l', epoch: '1' } }),
      'lease.epoch',
    ],
    ['an unknown kind', JSON.stringify(taskRequest(1, { kind: 'loop' })), 'task.kind'],
  ])('with %s are refused, and name the field', async (_, body, detail) => {
    await serving(() => 1);
    const { status, json } = await call('POST', '/tasks', body);
    expect(status).toBe(400);
    expect(json.detail).toContain(detail);
    expect((await post(1)).json.result).toBe(1);
  });

  it('are refused on other paths', async () => {
    await serving(() => 1);
    expect((await call('GET', '/tasks')).status).toBe(404);
    expect((await call('POST', '/health', '{}')).status).toBe(404);
  });

  it('may nest so deep that only a parser without recursion lives', async () => {
    await serving(() => 'alive');
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const body = JSON.stringify(taskRequest(1)).replace('"input":1', `"input":${deep}`);
    expect((await call('POST', '/tasks', body)).json.result).toBe('alive');
  });
});

it('says that an item was dropped', async () => {
  await serving(() => DROP);
  expect((await post(1)).text).toBe('{"type":"dropped"}\n');
});
