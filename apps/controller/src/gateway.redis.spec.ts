import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POOL_CONFIG, formatTaskId, newId, validateDefinition } from '@agentainer/core';
import { TaskStarts } from '@agentainer/engine';
import { silentLogger } from '@agentainer/runtime';
import { SecretCipher } from '@agentainer/secrets';
import {
  connectRedis,
  Keys,
  RedisRunStore,
  RedisStartStore,
  RedisStateStore,
  RedisTaskLedger,
  redisVault,
  RedisWorkflowStore,
} from '@agentainer/store-redis';
import { Gateway } from './gateway.js';
import { TaskSecrets } from './task-secrets.js';

const url = process.env['AGENTAINER_TEST_REDIS']!;
const STEP = 'count';

/** A run with one open step, and a gateway for each of two agents. */
async function scene() {
  const redis = await connectRedis(url, 'request');
  const keys = new Keys(`test-${newId('run')}`);
  const runs = new RedisRunStore(redis, keys);
  const ledger = new RedisTaskLedger(redis, keys);
  const state = new RedisStateStore(redis, keys);
  const starts = new TaskStarts(runs, new RedisWorkflowStore(redis, keys), new RedisStartStore(redis, keys), {
    enter: async (run) => {
      await runs.create(run);
      return (await runs.load(run.id))!;
    },
  });
  const vault = redisVault(redis, keys, SecretCipher.newKey());
  await vault.put('db', 'correct horse');
  await vault.put('other', 'not for this step');
  const gateway = new Gateway({ state, starts, secrets: new TaskSecrets(runs, ledger, vault) }, silentLogger);
  const connections = new Agent({ keepAlive: true });
  const directories: Record<string, string> = {};
  for (const agentId of ['agent_a', 'agent_b']) {
    directories[agentId] = await mkdtemp(join(tmpdir(), 'af-gateway-'));
    await gateway.open({ agentId, directory: directories[agentId], config: DEFAULT_POOL_CONFIG });
  }
  const runId = newId('run');
  const definition = validateDefinition({
    name: 'counting',
    steps: [
      {
        name: STEP,
        type: 'map',
        image: 'counter',
        items: [1, 2],
        secrets: ['db', 'gone'],
        may_start: { images: ['thumbs'], at_most: 2 },
      },
    ],
  });
  await runs.create({ id: runId, workflowId: null, workflowVersion: null, definition, input: 'null' });
  await runs.apply(runId, [{ kind: 'open', step: STEP, total: 2 }]);

  const claim = async (agentId: string) => {
    const { claim } = await ledger.completeAndClaim({ runId, step: STEP, agentId });
    if (claim.kind !== 'task') throw new Error(`nothing to claim: ${claim.kind}`);
    return `${formatTaskId({ runId, step: STEP, index: claim.task.index })}:${claim.task.token}`;
  };
  const send = (agentId: string, credential: string, path: string, body: object) =>
    new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      const sent = request({
        socketPath: join(directories[agentId]!, 'gateway.sock'),
        agent: connections,
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${credential}` },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
      });
      sent.end(JSON.stringify(body));
    });
  const call = (agentId: string, credential: string, seq: number, operation: object) =>
    send(agentId, credential, '/state', { seq, operation });
  const start = (agentId: string, credential: string, seq: number, what: object) =>
    send(agentId, credential, '/start', { seq, start: what });
  const close = async () => {
    connections.destroy();
    await gateway.stop();
    redis.disconnect();
    for (const directory of Object.values(directories)) await rm(directory, { recursive: true });
  };
  return { redis, runs, state, runId, claim, call, start, send, close };
}

let at: Awaited<ReturnType<typeof scene>>;
beforeEach(async () => {
  at = await scene();
});
afterEach(() => at.close());

const increment = { op: 'increment', key: 'n' };

it('changes the state of the run whose task the agent runs, once for each call', async () => {
  const credential = await at.claim('agent_a');
  for (let i = 0; i < 3; i++) {
    expect(await at.call('agent_a', credential, 1, increment)).toEqual({ status: 200, body: { value: 1 } });
  }
  const swap = { op: 'compareAndSwap', key: 'n', expected: 1, value: 'x' };
  expect(await at.call('agent_a', credential, 2, swap)).toEqual({
    status: 200,
    body: { value: 'x', swapped: true },
  });
  expect(await at.state.all(at.runId)).toEqual({ n: 'x' });
});

it('counts the calls of many tasks at once exactly', async () => {
  const credentials = await Promise.all(['agent_a', 'agent_b'].map((id) => at.claim(id)));
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => {
      const which = i % 2;
      return at.call(which === 0 ? 'agent_a' : 'agent_b', credentials[which]!, 1 + (i >> 1), increment);
    }),
  );
  expect(await at.state.get(at.runId, 'n')).toBe(40);
});

it('refuses a credential that was given to another agent', async () => {
  const credential = await at.claim('agent_a');
  expect(await at.call('agent_b', credential, 1, increment)).toMatchObject({
    status: 409,
    body: { code: 'STALE_ATTEMPT' },
  });
  expect(await at.state.all(at.runId)).toEqual({});
});

it('refuses a credential with a guessed token', async () => {
  const [taskId] = (await at.claim('agent_a')).split(':');
  expect(await at.call('agent_a', `${taskId}:1.guessed`, 1, increment)).toMatchObject({ status: 409 });
});

it('answers 503 within two seconds while Redis is away', async () => {
  const credential = await at.claim('agent_a');
  const ended = once(at.redis, 'end');
  at.redis.disconnect();
  await ended;
  const since = performance.now();
  expect(await at.call('agent_a', credential, 1, increment)).toMatchObject({
    status: 503,
    body: { code: 'UNAVAILABLE' },
  });
  expect(performance.now() - since).toBeLessThan(2_500);
  await at.redis.connect();
  expect(await at.call('agent_a', credential, 1, increment)).toMatchObject({ status: 200 });
});

describe('a start', () => {
  const job = { kind: 'job', image: 'thumbs', step_id: 'small', input: { url: 'a' } };
  const startedBy = async () => (await at.runs.children(at.runId, { limit: 10 })).items;

  it('is of what the step may start, once for each call, and knows its parent', async () => {
    const credential = await at.claim('agent_a');
    const first = await at.start('agent_a', credential, 1, job);
    const [child, ...others] = await startedBy();
    expect(others).toEqual([]);
    const value = { run_id: child!.childId, job_id: `${child!.childId}.${STEP}--small.0` };
    expect(first).toEqual({ status: 200, body: { value } });
    expect(await at.start('agent_a', credential, 1, job)).toEqual(first);
    expect(await startedBy()).toHaveLength(1);
    const run = (await at.runs.load(child!.childId))!;
    expect(run.parent).toEqual({ runId: at.runId, step: STEP, index: 0, depth: 1 });
    expect(run.kin).toBe(at.runId);
    expect(await at.runs.input(run.id)).toBe('{"url":"a"}');
  });

  it('is refused for anything else, and beyond what one task may start', async () => {
    const credential = await at.claim('agent_a');
    const refused = (code: string, status: number) =>
      expect.objectContaining({ status, body: expect.objectContaining({ code }) as object }) as object;
    expect(await at.start('agent_a', credential, 1, { ...job, image: 'other' })).toEqual(
      refused('FORBIDDEN', 403),
    );
    const workflow = { kind: 'workflow', workflow: `wf_${'0'.repeat(26)}` };
    expect(await at.start('agent_a', credential, 1, workflow)).toEqual(refused('FORBIDDEN', 403));
    expect(await at.start('agent_b', credential, 1, job)).toEqual(refused('STALE_ATTEMPT', 409));
    expect(await at.start('agent_a', credential, 1, { ...job, privileged: true })).toEqual(
      refused('INVALID_INPUT', 400),
    );
    expect(await startedBy()).toEqual([]);
    for (const seq of [1, 2])
      expect(await at.start('agent_a', credential, seq, job)).toMatchObject({ status: 200 });
    expect(await at.start('agent_a', credential, 3, job)).toEqual(refused('TOO_MANY_STARTS', 422));
    expect(await at.start('agent_a', credential, 2, { ...job, input: 1 })).toEqual(
      refused('OPERATION_CONFLICT', 409),
    );
    expect(await at.call('agent_a', credential, 2, increment)).toEqual(refused('OPERATION_CONFLICT', 409));
    const other = await at.claim('agent_b');
    expect(await at.start('agent_b', other, 1, job)).toMatchObject({ status: 200 });
    expect((await startedBy()).map(({ index }) => index)).toEqual([0, 0, 1]);
  });
});

describe('a secret', () => {
  const ask = (agentId: string, credential: string, name: string) =>
    at.send(agentId, credential, '/secrets', { name });

  it('is told to the running attempt of a step that names it', async () => {
    const credential = await at.claim('agent_a');
    expect(await ask('agent_a', credential, 'db')).toEqual({ status: 200, body: { value: 'correct horse' } });
    expect(await ask('agent_a', credential, 'other')).toMatchObject({ body: { code: 'SECRET_NOT_ALLOWED' } });
    expect(await ask('agent_a', credential, 'gone')).toMatchObject({ body: { code: 'SECRET_NOT_FOUND' } });
  });

  it('is told to nobody else', async () => {
    const credential = await at.claim('agent_a');
    const stale = { status: 409, body: { code: 'STALE_ATTEMPT' } };
    expect(await ask('agent_b', credential, 'db')).toMatchObject(stale);
    expect(await ask('agent_a', credential.replace(/.$/, '!').replace('!', '_'), 'db')).toMatchObject(stale);
    expect(await ask('agent_a', credential.replace(at.runId, newId('run')), 'db')).toMatchObject(stale);
    await at.runs.apply(at.runId, [{ kind: 'close', step: STEP, to: 'failed' }]);
    expect(await ask('agent_a', credential, 'db')).toMatchObject(stale);
  });
});
