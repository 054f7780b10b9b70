import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AgentServer,
  DROP,
  type Handler,
  type StreamHandler,
  TaskFailure,
  type TaskOutcome,
} from '@agentainer/agent-kit';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import { AgentClient } from './agent-client.js';

const LIMIT = 1_000;

let directory: string;
let client: AgentClient;
let ends: Array<() => Promise<unknown>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-client-'));
  client = new AgentClient(directory, LIMIT);
  ends = [];
});
afterEach(async () => {
  await client.destroy();
  for (const end of ends) await end();
  await rm(directory, { recursive: true, force: true });
});

async function agent(handler: Handler<never> | StreamHandler): Promise<AgentServer> {
  const server = new AgentServer(() => handler, directory);
  await server.listen();
  ends.push(() => server.close());
  return server;
}

async function listening(server: Server): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => void server.listen(join(directory, 'agent.sock'), resolve));
  ends.push(() => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
}

/** An agent of which only the answer matters. */
const answering = (listener: RequestListener) =>
  listening(
    createHttpServer((request, response) => request.resume().on('end', () => listener(request, response))),
  );
/** An agent that has its own idea of HTTP. */
const raw = (onData: (socket: Socket) => void) =>
  listening(createServer((socket) => socket.on('data', () => onData(socket))));

const attempt = (input: AttemptRequest['input'], change: Partial<AttemptRequest> = {}): AttemptRequest => ({
  runId: 'run_01jd0000000000000000000000',
  workflowId: null,
  step: 'count',
  kind: 'map',
  index: 4,
  attempt: 2,
  token: 'tok',
  input,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  ...change,
});
const run = (input: AttemptRequest['input'] = '1', change: Partial<AttemptRequest> = {}, epoch = 5) =>
  client.run({ id: 'lease_1', epoch, slot: 0 }, attempt(input, change));
const completed = (result: string): AttemptResult => ({ kind: 'completed', result });
const protocolFault = { kind: 'failed', error: { code: 'AGENT_PROTOCOL' }, retryable: true, suspect: true };

describe('a task that an agent runs', () => {
  it('is completed with the text of its result', async () => {
    await agent((input) => ({ got: input }));
    await expect(run('{"a":[1,2]}')).resolves.toEqual(completed('{"got":{"a":[1,2]}}'));
  });

  it('may drop its item', async () => {
    await agent(() => DROP);
    await expect(run('1')).resolves.toEqual({ kind: 'dropped' });
  });

  it('is told the agent with all that names it', async () => {
    await agent((_, { task }) => task);
    const result = await run();
    expect(result.kind).toBe('completed');
    expect(JSON.parse((result as { result: string }).result)).toEqual({
      id: 'run_01jd0000000000000000000000.count.4',
      run_id: 'run_01jd0000000000000000000000',
      workflow_id: null,
      parent_id: null,
      step: 'count',
      kind: 'map',
      index: 4,
      attempt: 2,
      token: 'tok',
      timeout_ms: 10_000,
    });
  });

  it('may get its input in parts', async () => {
    await agent((input: unknown[]) => input.length);
    async function* parts() {
      yield '[0';
      for (let i = 1; i < 5_000; i++) yield `,${i}`;
      yield ']';
    }
    await expect(run(parts())).resolves.toEqual(completed('5000'));
  });

  it('may get its outcomes while they come', async () => {
    async function* outcomes() {
      yield '[';
      for (let i = 0; i < 5_000; i++)
        yield `${i ? ',' : ''}{"index":${i},"status":"completed","result":"ü]"}`;
      yield ']';
    }
    const stream: Handler<AsyncIterable<TaskOutcome>> = async (all) => {
      let sum = 0;
      for await (const { index } of all) sum += index;
      return sum;
    };
    await agent({ stream });
    await expect(run(outcomes(), { kind: 'reduce' })).resolves.toEqual(completed('12497500'));
    await expect(run('[]', { kind: 'reduce' })).resolves.toEqual(completed('0'));
  });

  it('shares its connection with the tasks before and after it', async () => {
    let connections = 0;
    const server = createHttpServer((request, response) => {
      request.resume().on('end', () => response.end('{"type":"result","result":1}\n'));
    });
    server.on('connection', () => connections++);
    await listening(server);
    for (let i = 0; i < 5; i++) await expect(run()).resolves.toEqual(completed('1'));
    expect(connections).toBe(1);
  });

  it.each([
    ['white space', '{ "type" : "result", "result" : [ 1, 2 ] }\r\n', '[ 1, 2 ]'],
    ['another order', '{"result":{"a":1},"type":"result"}', '{"a":1}'],
    ['a field that is not known', '{"type":"result","result":{},"took":3}\n', '{}'],
    [
      'a number that JavaScript would round',
      '{"type":"result","result":12345678901234567890}\n',
      '12345678901234567890',
    ],
    ['text beyond ASCII', '{"type":"result","result":"grüße 🎈"}\n', '"grüße 🎈"'],
  ])('may be answered with %s', async (_, line, result) => {
    await answering((_request, response) => response.end(line));
    await expect(run()).resolves.toEqual(completed(result));
  });
});

describe('a task that fails', () => {
  it('has the code of the agent, and is tried again', async () => {
    await agent(() => {
      throw new TaskFailure('PAGE_GONE', 'it was deleted', { detail: 'HTTP 410' });
    });
    await expect(run()).resolves.toEqual({
      kind: 'failed',
      error: { code: 'PAGE_GONE', message: 'it was deleted', detail: 'HTTP 410' },
      retryable: true,
      suspect: false,
    });
  });

  it('is not tried again where the agent says so', async () => {
    await agent(() => {
      throw new TaskFailure('MINE', 'no', { retryable: false });
    });
    await expect(run()).resolves.toMatchObject({ error: { code: 'MINE' }, retryable: false });
  });

  it('is not tried again where its code says so', async () => {
    await answering((_, response) => response.end('{"type":"problem","code":"INPUT_INVALID","message":"m"}'));
    await expect(run()).resolves.toMatchObject({ error: { code: 'INPUT_INVALID' }, retryable: false });
  });

  it('does not fill the record with its message', async () => {
    const problem = { type: 'problem', code: 'X', message: 'm'.repeat(20_000), detail: 'd'.repeat(20_000) };
    await answering((_, response) => response.end(JSON.stringify(problem)));
    const { error } = (await run()) as Extract<AttemptResult, { kind: 'failed' }>;
    expect(error.message).toHaveLength(2_000);
    expect(error.detail).toHaveLength(4_096);
  });
});

describe('an agent that is too busy', () => {
  it.each([
    [429, '30', 30_000],
    [503, '0', 0],
    [429, undefined, undefined],
  ])('answers %i, and is asked again after %p seconds', async (status, header, retryAfterMs) => {
    const headers = header === undefined ? {} : { 'retry-after': header };
    await answering((_, response) => response.writeHead(status, headers).end());
    const answer = await run();
    expect(answer).toMatchObject({ error: { code: `HTTP_${status}` }, retryable: true, suspect: false });
    expect((answer as { retryAfterMs?: number }).retryAfterMs).toBe(retryAfterMs);
  });

  it('may say so with its problem', async () => {
    await agent(() => {
      throw new TaskFailure('QUOTA', 'used up', { retryAfterMs: 60_000 });
    });
    await expect(run()).resolves.toMatchObject({ error: { code: 'QUOTA' }, retryAfterMs: 60_000 });
  });
});

describe('a result', () => {
  it('of the largest size is taken', async () => {
    await agent(() => 'x'.repeat(LIMIT - 2));
    await expect(run()).resolves.toMatchObject({ kind: 'completed' });
  });

  it('of one byte more is refused for good, and the agent is used on', async () => {
    await agent((input: number) => 'x'.repeat(input));
    const tooLarge = {
      kind: 'failed',
      error: { code: 'RESULT_TOO_LARGE', message: 'the result is larger than 1000 bytes' },
      retryable: false,
      suspect: false,
    };
    await expect(run(String(LIMIT - 1))).resolves.toEqual(tooLarge);
    await expect(run(String(LIMIT * 100))).resolves.toEqual(tooLarge);
    await expect(run('1')).resolves.toEqual(completed('"x"'));
  });

  it('counts in bytes, not in characters', async () => {
    await agent(() => 'ü'.repeat(LIMIT / 2));
    await expect(run()).resolves.toMatchObject({ error: { code: 'RESULT_TOO_LARGE' } });
  });

  it('without end is not read to its end', async () => {
    await answering((_, response) => {
      response.write('{"type":"result","result":"');
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    await expect(run()).resolves.toMatchObject({ error: { code: 'RESULT_TOO_LARGE' }, suspect: false });
  });

  it('nests 32 levels deep at most', async () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    await agent((input) => input);
    await expect(run(nested(32))).resolves.toEqual(completed(nested(32)));
    await expect(run(nested(33))).resolves.toMatchObject({
      kind: 'failed',
      retryable: false,
      suspect: false,
    });
  });
});

describe('an agent that does not keep to the protocol', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', 'Traceback (most recent call last):\n'],
    ['half an answer', '{"type":"result","result":{"a":'],
    ['two results', '{"type":"result","result":1}\n{"type":"result","result":2}\n'],
    ['a result with more than a value', '{"type":"result","result":1} trailing }'],
    ['a message of no known type', '{"type":"surprise"}\n'],
    ['a problem without a code', '{"type":"problem","message":"m"}\n'],
    ['nesting without end', `${'['.repeat(400)}${']'.repeat(400)}`],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ])('by answering %s is suspect', async (_, body) => {
    await answering((_request, response) => response.end(body));
    await expect(run()).resolves.toMatchObject(protocolFault);
  });

  it.each([404, 500, 302])('by answering %i is suspect', async (status) => {
    await answering((_, response) => response.writeHead(status).end('{"type":"result","result":1}'));
    await expect(run()).resolves.toMatchObject({ ...protocolFault, error: { code: `HTTP_${status}` } });
  });

  it('by not speaking HTTP is suspect', async () => {
    await raw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await expect(run()).resolves.toMatchObject(protocolFault);
  });

  it('by headers without end is suspect', async () => {
    await raw((socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`));
    await expect(run()).resolves.toMatchObject(protocolFault);
  });
});

describe('an attempt that is lost', () => {
  const agentLost = { kind: 'lost', error: { code: 'AGENT_LOST' } };
  const attemptLost = { kind: 'lost', error: { code: 'ATTEMPT_LOST' } };

  it('for no agent is there', async () => {
    await expect(run()).resolves.toMatchObject({ kind: 'lost', error: { code: 'AGENT_STOPPED' } });
  });

  it('for the agent ends while it runs', async () => {
    await raw((socket) => socket.destroy());
    await expect(run()).resolves.toMatchObject(agentLost);
  });

  it('for the agent ends in the middle of its answer', async () => {
    await raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"type":"resu'));
    await expect(run()).resolves.toMatchObject(agentLost);
  });

  it('for the agent has seen a newer lease', async () => {
    await agent((input) => input);
    await run('1', {}, 10);
    await expect(run('1', {}, 9)).resolves.toMatchObject(attemptLost);
  });

  it('for the worker gave it up, and the agent did not end it in time', async () => {
    const abort = new AbortController();
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    await raw((socket) => {
      abort.abort();
      socket.on('close', close);
    });
    await expect(run('1', { signal: abort.signal })).resolves.toMatchObject(attemptLost);
    await closed;
  });

  it('for it was given up before it began', async () => {
    await expect(run('1', { signal: AbortSignal.abort() })).resolves.toMatchObject(attemptLost);
  });

  it('for its input could not be read', async () => {
    await agent((input) => input);
    // eslint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<string> {
      throw new Error('Redis is away');
    }
    await expect(run(broken())).resolves.toMatchObject({
      kind: 'lost',
      error: { code: 'ATTEMPT_LOST', message: 'the input could not be read: Redis is away' },
    });
  });
});

describe('an attempt that the worker gives up', () => {
  const whenStopped = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

  it('is ended by its agent, which may be used again over the same connection', async () => {
    const abort = new AbortController();
    await agent(async (input, { signal }) => {
      if (input === 2) return 'next';
      abort.abort();
      await whenStopped(signal);
      throw signal.reason;
    });
    await expect(run('1', { signal: abort.signal })).resolves.toEqual({
      kind: 'stopped',
      error: { code: 'ATTEMPT_LOST', message: 'the task was cancelled' },
    });
    await expect(run('2')).resolves.toEqual(completed('"next"'));
  });

  it('keeps its result where the agent had it already', async () => {
    const abort = new AbortController();
    await agent(async (_, { signal }) => {
      abort.abort();
      await whenStopped(signal);
      return 'done';
    });
    await expect(run('1', { signal: abort.signal })).resolves.toEqual(completed('"done"'));
  });
});

describe('an attempt that takes too long', () => {
  it('is timed out, and its connection closed', async () => {
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    await raw((socket) => socket.on('close', close));
    await expect(run('1', { timeoutMs: 50 })).resolves.toEqual({
      kind: 'timed_out',
      error: { code: 'TASK_TIMEOUT', message: 'the attempt took longer than 50ms' },
    });
    await closed;
  });

  it('may be given longer than a timer can wait', async () => {
    await agent(() => 'quick');
    await expect(run('1', { timeoutMs: 365 * 86_400_000 })).resolves.toEqual(completed('"quick"'));
  });
});
