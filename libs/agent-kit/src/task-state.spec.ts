import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayClient } from './gateway-client.js';
import { StaleAttemptError, StateError } from './state-error.js';
import { TaskCalls } from './task-calls.js';
import { GatewayState } from './task-state.js';

interface Call {
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: { seq: number; operation: Record<string, unknown> };
}
type Answer = { status: number; body: unknown } | 'hang up';

let directory: string;
let calls: Call[];
let answer: (call: Call) => Answer;
let gateway: Server;
let client: GatewayClient;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-kit-'));
  calls = [];
  answer = () => ({ status: 200, body: { value: null } });
  gateway = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const call = { url: request.url, headers: request.headers, body: JSON.parse(text) as Call['body'] };
      calls.push(call);
      const given = answer(call);
      if (given === 'hang up') return request.socket.destroy();
      response.writeHead(given.status).end(JSON.stringify(given.body));
    });
  });
  client = new GatewayClient(join(directory, 'gateway.sock'), 2_000);
});
afterEach(async () => {
  client.close();
  gateway.closeAllConnections();
  if (gateway.listening) await new Promise((resolve) => gateway.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const listen = () =>
  new Promise<void>((resolve) => void gateway.listen(join(directory, 'gateway.sock'), resolve));
const stateOf = (signal = new AbortController().signal) =>
  new GatewayState(new TaskCalls(client, { id: 'run_a.count.3', token: 'tok' }, signal));

describe('the state of a run, from inside a task', () => {
  it('names its attempt, and numbers the calls in the order they are made', async () => {
    await listen();
    const state = stateOf();
    await Promise.all([state.get('a'), state.set('b', [1]), state.increment('c')]);
    expect(calls.map((c) => c.url)).toEqual(['/state', '/state', '/state']);
    expect(calls[0]!.headers.authorization).toBe('Bearer run_a.count.3:tok');
    const bySeq = calls.map((c) => c.body).sort((a, b) => a.seq - b.seq);
    expect(bySeq).toEqual([
      { seq: 1, operation: { op: 'get', key: 'a' } },
      { seq: 2, operation: { op: 'set', key: 'b', value: [1] } },
      { seq: 3, operation: { op: 'increment', key: 'c', by: 1 } },
    ]);
  });

  it('gives each operation its own answer', async () => {
    await listen();
    const values: Record<string, unknown> = { get: { a: 1 }, increment: 5, append: 3, addToSet: true };
    answer = ({ body }) => ({ status: 200, body: { value: values[body.operation.op as string] ?? null } });
    const state = stateOf();
    await expect(state.get('k')).resolves.toEqual({ a: 1 });
    await expect(state.increment('k', 2)).resolves.toBe(5);
    await expect(state.append('k', 'x')).resolves.toBe(3);
    await expect(state.addToSet('k', 'x')).resolves.toBe(true);
    answer = () => ({ status: 200, body: { value: 'other', swapped: false } });
    await expect(state.compareAndSwap('k', null, 1)).resolves.toEqual({ swapped: false, value: 'other' });
  });

  it('throws a StaleAttemptError where a newer attempt has the task', async () => {
    await listen();
    answer = () => ({ status: 409, body: { code: 'STALE_ATTEMPT', detail: 'superseded' } });
    await expect(stateOf().increment('n')).rejects.toThrow(StaleAttemptError);
    expect(calls).toHaveLength(1);
  });

  it('throws a StateError with the code of any other refusal', async () => {
    await listen();
    answer = () => ({ status: 409, body: { code: 'WRONG_TYPE', detail: 'n holds a list' } });
    const failure = await stateOf()
      .increment('n')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StateError);
    expect(failure).toMatchObject({ code: 'WRONG_TYPE', message: 'n holds a list' });
  });

  it.each([
    ['hangs up', 'hang up' as const],
    ['is not ready', { status: 503, body: {} }],
  ])('makes a call again with the same number when the gateway %s', async (_, failure) => {
    await listen();
    answer = () => (calls.length < 3 ? failure : { status: 200, body: { value: 1 } });
    await expect(stateOf().increment('n')).resolves.toBe(1);
    expect(calls.map((c) => c.body.seq)).toEqual([1, 1, 1]);
  });

  it('waits for a gateway that comes back', async () => {
    const value = stateOf().get('k');
    await listen();
    await expect(value).resolves.toBeNull();
  });

  it('gives up in the end', async () => {
    client = new GatewayClient(join(directory, 'gateway.sock'), 100);
    await expect(stateOf().get('k')).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  });

  it('stops waiting when the task is aborted', async () => {
    const abort = new AbortController();
    const value = stateOf(abort.signal).get('k');
    abort.abort(new Error('no longer wanted'));
    await expect(value).rejects.toThrow();
    expect(calls).toHaveLength(0);
  });
});
