import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POOL_CONFIG as config, UnavailableError } from '@agentainer/core';
import type { AgentAttempt, StateOperationAnswer, StateRequest } from '@agentainer/engine';
import { silentLogger } from '@agentainer/runtime';
import { GatewayError } from './gateway-problem.js';
import { Gateway } from './gateway.js';

const TASK = 'run_01jd0000000000000000000000.count.7';
const AUTHORIZATION = `Bearer ${TASK}:1.token-_`;

let directory: string;
let gateway: Gateway;
let agent: Agent;
let asked: StateRequest[];
let apply: (request: StateRequest) => Promise<StateOperationAnswer>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-gateway-'));
  asked = [];
  apply = () => Promise.resolve({ kind: 'ok', value: 5 });
  const state = {
    apply: (request: StateRequest) => {
      asked.push(request);
      return apply(request);
    },
  };
  const secrets = {
    reveal: (attempt: AgentAttempt, name: string) =>
      name === 'db'
        ? Promise.resolve(`of ${attempt.agentId}`)
        : Promise.reject(new GatewayError('SECRET_NOT_ALLOWED', 'no')),
  };
  const starts = { start: () => Promise.resolve({ kind: 'stale' as const }) };
  gateway = new Gateway({ state, starts, secrets }, silentLogger);
  agent = new Agent({ keepAlive: true });
});
afterEach(async () => {
  agent.destroy();
  await gateway.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Call {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | object;
  socketPath?: string;
}

function call({ method = 'POST', path = '/state', headers, body = increment, socketPath }: Call = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: never }>(
    (resolve, reject) => {
      const sent = request({
        socketPath: socketPath ?? join(directory, 'gateway.sock'),
        agent,
        method,
        path,
        headers: { authorization: AUTHORIZATION, ...headers },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let answer = '';
        response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: JSON.parse(answer) as never,
          }),
        );
      });
      sent.end(text);
    },
  );
}
const increment = { seq: 3, operation: { op: 'increment', key: 'n' } };

it('tells a secret to the agent of the socket, or why not', async () => {
  await gateway.open({ agentId: 'agent_a', directory, config });
  const ask = (name: string, headers?: Record<string, string>) =>
    call({ path: '/secrets', body: { name }, headers });
  expect(await ask('db')).toMatchObject({ status: 200, body: { value: 'of agent_a' } });
  expect(await ask('other')).toMatchObject({ status: 403, body: { code: 'SECRET_NOT_ALLOWED' } });
  expect(await ask('no name')).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
  expect(await ask('db', { authorization: '' })).toMatchObject({ status: 401 });
});

it('takes what it told an agent in confidence out of what that prints, for as long as it is served', async () => {
  await gateway.open({ agentId: 'agent_a', directory, config });
  const printed = () => gateway.withoutSecrets('agent_a', 'the key: of agent_a');
  expect(await printed()).toBe('the key: of agent_a');
  await call({ path: '/secrets', body: { name: 'db' } });
  expect(await printed()).toBe('the key: [secret db]');
  expect(await gateway.withoutSecrets('agent_b', 'the key: of agent_a')).toBe('the key: of agent_a');
  await gateway.close('agent_a');
  expect(await printed()).toBe('the key: of agent_a');
});

describe('a state call', () => {
  beforeEach(() => gateway.open({ agentId: 'agent_a', directory, config }));

  it("carries the credential's attempt and the socket's agent", async () => {
    const answer = await call();
    expect(answer).toMatchObject({ status: 200, body: { value: 5 } });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(asked).toEqual([
      {
        runId: 'run_01jd0000000000000000000000',
        step: 'count',
        index: 7,
        token: '1.token-_',
        agentId: 'agent_a',
        seq: 3,
        operation: { op: 'increment', key: 'n', by: 1 },
      },
    ]);
  });

  it('says whether it swapped', async () => {
    apply = () => Promise.resolve({ kind: 'ok', value: null, swapped: false });
    expect((await call()).body).toEqual({ value: null, swapped: false });
  });

  it.each([
    ['no credential', ''],
    ['another scheme', `Basic ${TASK}:t`],
    ['no token', `Bearer ${TASK}`],
    ['an empty token', `Bearer ${TASK}:`],
    ['a task id that is none', 'Bearer run_1.count.7:t'],
    ['a token with a separator of records', `Bearer ${TASK}:a|b`],
  ])('with %s is refused before anything is asked', async (_, authorization) => {
    const answer = await call({ headers: { authorization } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(asked).toEqual([]);
  });

  it.each([
    ['{', 'INVALID_JSON', undefined],
    ['', 'INVALID_JSON', undefined],
    ['null', 'INVALID_INPUT', ['']],
    [{ seq: 0, operation: { op: 'get', key: 'a b' } }, 'INVALID_INPUT', ['seq', 'operation.key']],
    [{ seq: 1.5, operation: { op: 'drop', key: 'a' } }, 'INVALID_INPUT', ['seq', 'operation.op']],
    [{ seq: 1, operation: { op: 'get', key: 'a', more: 1 } }, 'INVALID_INPUT', ['operation.more']],
    [{ seq: 1, operation: { op: 'increment', key: 'a', by: 'x' } }, 'INVALID_INPUT', ['operation.by']],
    [`{"seq":1,"operation":${'['.repeat(40)}${']'.repeat(40)}}`, 'INVALID_INPUT', ['']],
  ])('with the body %j is refused with every fault', async (body, code, paths) => {
    const answer = await call({ body });
    expect(answer).toMatchObject({ status: 400, body: { code, status: 400 } });
    const { errors } = answer.body as { errors?: { path: string }[] };
    expect(errors?.map((e) => e.path)).toEqual(paths);
    expect(asked).toEqual([]);
  });

  it.each<[StateOperationAnswer, number, string, RegExp]>([
    [{ kind: 'stale' }, 409, 'STALE_ATTEMPT', /no longer/],
    [{ kind: 'conflict' }, 409, 'OPERATION_CONFLICT', /every attempt/],
    [{ kind: 'wrong_type', expected: 'list' }, 422, 'WRONG_TYPE', /"n" to hold a list/],
    [{ kind: 'wrong_type', expected: 'safe_number' }, 422, 'WRONG_TYPE', /exact/],
    [{ kind: 'full', limit: 'value' }, 413, 'VALUE_TOO_LARGE', /262144 bytes/],
    [{ kind: 'full', limit: 'keys' }, 413, 'STATE_FULL', /10000 keys/],
    [{ kind: 'full', limit: 'operations' }, 413, 'STATE_FULL', /100000 calls/],
  ])('that comes to %j answers %i', async (answer, status, code, detail) => {
    apply = () => Promise.resolve(answer);
    const { body } = await call();
    expect(body).toMatchObject({ status, code, detail: expect.stringMatching(detail) as never });
  });

  it('is to be made again while the store is away', async () => {
    apply = () => Promise.reject(new UnavailableError('gone', 1_500));
    const answer = await call();
    expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(answer.headers['retry-after']).toBe('2');
  });

  it('keeps what failed inside to itself', async () => {
    apply = () => Promise.reject(new Error('secret of the house'));
    const answer = await call();
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    apply = () => Promise.resolve({ kind: 'ok', value: 1 });
    expect(await call()).toMatchObject({ status: 200 });
  });

  it('may have a body of at most one mebibyte, announced or not', async () => {
    const value = 'x'.repeat(1_024 * 1_024);
    const body = { seq: 1, operation: { op: 'set', key: 'k', value } };
    const length = { 'content-length': String(JSON.stringify(body).length) };
    for (const headers of [length, { 'transfer-encoding': 'chunked' }]) {
      expect(await call({ body, headers })).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    }
    expect(asked).toEqual([]);
    body.operation.value = value.slice(100);
    expect(await call({ body })).toMatchObject({ status: 200 });
  });

  it('with a body without end is cut off', async () => {
    await expect(call({ body: 'x'.repeat(32 * 1_024 * 1_024) })).rejects.toThrow(/EPIPE|ECONNRESET|hang up/);
    expect(await call()).toMatchObject({ status: 200 });
  });

  it.each([
    [{ path: '/' }, 404, 'NOT_FOUND'],
    [{ path: '/state/' }, 404, 'NOT_FOUND'],
    [{ path: '/state?x=1' }, 404, 'NOT_FOUND'],
    [{ method: 'PUT' }, 405, 'METHOD_NOT_ALLOWED'],
  ])('elsewhere (%j) answers %i', async (at, status, code) => {
    expect(await call(at)).toMatchObject({ status, body: { code } });
  });

  it('beyond 32 at once is told to come again', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    apply = async () => {
      await gate;
      return { kind: 'ok', value: null };
    };
    let refused = 0;
    const calls = Array.from({ length: 40 }, () =>
      call().then((answer) => {
        if (answer.status === 503 && ++refused === 8) go();
      }),
    );
    await Promise.all(calls);
    expect([asked.length, refused]).toEqual([32, 8]);
  });

  it('may be given up by its agent half-way', async () => {
    const socket = connect(join(directory, 'gateway.sock'));
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write(`POST /state HTTP/1.1\r\nhost: x\r\nauthorization: ${AUTHORIZATION}\r\n`);
    socket.write('content-length: 100\r\n\r\n{"seq"');
    socket.destroy();
    expect(await call()).toMatchObject({ status: 200 });
  });
});

describe('a gateway', () => {
  it('is open to every user, and leaves nothing but its socket', async () => {
    await gateway.open({ agentId: 'agent_a', directory, config });
    expect((await stat(join(directory, 'gateway.sock'))).mode & 0o666).toBe(0o666);
    expect(await readdir(directory)).toEqual(['gateway.sock']);
  });

  it('takes the place of what a dead process left there', async () => {
    await writeFile(join(directory, 'gateway.sock'), '');
    await gateway.open({ agentId: 'agent_a', directory, config });
    expect(await call()).toMatchObject({ status: 200 });
  });

  it('may be opened and closed twice, and opened again', async () => {
    await Promise.all([
      gateway.open({ agentId: 'agent_a', directory, config }),
      gateway.open({ agentId: 'agent_a', directory, config }),
    ]);
    expect(await readdir(directory)).toEqual(['gateway.sock']);
    await Promise.all([gateway.close('agent_a'), gateway.close('agent_a'), gateway.close('agent_b')]);
    await expect(call()).rejects.toThrow();
    await gateway.open({ agentId: 'agent_a', directory, config });
    expect(await call()).toMatchObject({ status: 200 });
  });

  it('that could not be opened can be tried again', async () => {
    const missing = join(directory, 'missing');
    await expect(gateway.open({ agentId: 'agent_a', directory: missing, config })).rejects.toThrow();
    await gateway.open({ agentId: 'agent_a', directory, config });
    expect(await call()).toMatchObject({ status: 200 });
  });

  it('knows each agent by its own socket', async () => {
    const other = await mkdtemp(join(tmpdir(), 'af-gateway-'));
    await Promise.all([
      gateway.open({ agentId: 'agent_a', directory, config }),
      gateway.open({ agentId: 'agent_b', directory: other, config }),
    ]);
    await call({ socketPath: join(other, 'gateway.sock') });
    await gateway.close('agent_a');
    await call({ socketPath: join(other, 'gateway.sock') });
    expect(asked.map((a) => a.agentId)).toEqual(['agent_b', 'agent_b']);
    await rm(other, { recursive: true });
  });

  it('lets a call that is being worked on finish when it stops, and opens no more', async () => {
    await gateway.open({ agentId: 'agent_a', directory, config });
    let go: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      apply = async () => {
        resolve();
        await new Promise<void>((goOn) => (go = goOn));
        return { kind: 'ok', value: 'done' };
      };
    });
    const answer = call();
    await arrived;
    const stopped = Promise.all([gateway.stop(), gateway.stop()]);
    await expect(gateway.open({ agentId: 'agent_b', directory, config })).rejects.toThrow('stopped');
    go();
    expect((await answer).body).toEqual({ value: 'done' });
    await stopped;
  });

  it('does not wait for ever for a call that hangs', async () => {
    await gateway.open({ agentId: 'agent_a', directory, config });
    const arrived = new Promise<void>((resolve) => {
      apply = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const cut = call();
    await arrived;
    await Promise.all([expect(cut).rejects.toThrow(), gateway.close('agent_a')]);
  });
});
