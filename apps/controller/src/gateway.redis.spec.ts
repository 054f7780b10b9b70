import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTaskId, newId, validateDefinition } from '@agentainer/core';
import { silentLogger } from '@agentainer/runtime';
import { connectRedis, Keys, RedisRunStore, RedisStateStore, RedisTaskLedger } from '@agentainer/store-redis';
import { Gateway } from './gateway.js';

const url = process.env['AGENTAINER_TEST_REDIS']!;
const STEP = 'count';

/** A run with one open step, and a gateway for each of two agents. */
async function scene() {
  const redis = await connectRedis(url, 'request');
  const keys = new Keys(`test-${newId('run')}`);
  const runs = new RedisRunStore(redis, keys);
  const ledger = new RedisTaskLedger(redis, keys);
  const state = new RedisStateStore(redis, keys);
  const gateway = new Gateway(state, silentLogger);
  const connections = new Agent({ keepAlive: true });
  const directories: Record<string, string> = {};
  for (const agentId of ['agent_a', 'agent_b']) {
    directories[agentId] = await mkdtemp(join(tmpdir(), 'af-gateway-'));
    await gateway.open(agentId, directories[agentId]);
  }
  const runId = newId('run');
  const definition = validateDefinition({
    name: 'counting',
    steps: [{ name: STEP, type: 'map', image: 'counter', items: [1, 2] }],
  });
  await runs.create({ id: runId, workflowId: null, workflowVersion: null, definition, input: 'null' });
  await runs.apply(runId, [{ kind: 'open', step: STEP, total: 2 }]);

  const claim = async (agentId: string) => {
    const { claim } = await ledger.completeAndClaim({ runId, step: STEP, agentId });
    if (claim.kind !== 'task') throw new Error(`nothing to claim: ${claim.kind}`);
    return `${formatTaskId({ runId, step: STEP, index: claim.task.index })}:${claim.task.token}`;
  };
  const call = (agentId: string, credential: string, seq: number, operation: object) =>
    new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      const sent = request({
        socketPath: join(directories[agentId]!, 'gateway.sock'),
        agent: connections,
        method: 'POST',
        path: '/state',
        headers: { authorization: `Bearer ${credential}` },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
      });
      sent.end(JSON.stringify({ seq, operation }));
    });
  const close = async () => {
    connections.destroy();
    await gateway.stop();
    redis.disconnect();
    for (const directory of Object.values(directories)) await rm(directory, { recursive: true });
  };
  return { redis, state, runId, claim, call, close };
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
