import { type DefinitionInput, newId, TASK_ERRORS, validateDefinition } from '@agentainer/core';
import type { ClaimedTask } from '@agentainer/engine';
import { connectRedis } from './connection.js';
import type { Keys } from './keys.js';
import { newKeys, testRedis } from './redis.fixture.js';
import { RedisRunStore } from './run-store.js';
import { RedisStopSignals } from './stop-signals.js';
import { RedisTaskLedger } from './task-ledger.js';

const redis = testRedis();
let keys: Keys;
let runs: RedisRunStore;
let ledger: RedisTaskLedger;

beforeEach(() => {
  keys = newKeys();
  runs = new RedisRunStore(redis, keys);
  ledger = new RedisTaskLedger(redis, keys, {
    claimTtlMs: 10_000,
    maxLost: 3,
    maxAgentsLost: 2,
    maxInterrupted: 10,
  });
});

/** A run with one map step `m` of so many items, opened. */
async function openMap(items: number, config: DefinitionInput['config'] = {}): Promise<string> {
  const step = { type: 'map' as const, name: 'm', image: 'x', items: [] };
  const definition = validateDefinition({ name: 'w', config, steps: [step] });
  const id = newId('run');
  await runs.create({ id, workflowId: null, workflowVersion: null, definition, input: 'null' });
  await runs.putItems(
    id,
    'm',
    'l1',
    0,
    Array.from({ length: items }, (_, i) => `{"n":${i}}`),
  );
  await runs.apply(id, [{ kind: 'open', step: 'm', total: items, layout: items > 0 ? 'l1' : undefined }]);
  return id;
}

async function claim(runId: string): Promise<ClaimedTask> {
  const { claim } = await ledger.completeAndClaim({ runId, step: 'm', agentId: 'a1' });
  if (claim.kind !== 'task') throw new Error(`no task: ${claim.kind}`);
  return claim.task;
}

const done = (task: ClaimedTask, result = '1') => ({
  index: task.index,
  token: task.token,
  end: { kind: 'completed' as const, result },
});
const failed = (task: ClaimedTask, retryInMs?: number) => ({
  index: task.index,
  token: task.token,
  end: { kind: 'failed' as const, error: { code: 'X', message: 'no' }, retryInMs },
});
const lost = (task: ClaimedTask) => ({
  index: task.index,
  token: task.token,
  end: { kind: 'lost' as const, error: { code: 'AGENT_LOST', message: 'gone' } },
});
const counts = async (runId: string) => (await runs.load(runId))!.steps[0]!;

it('hands out each item once, in order, and completes it in the same call', async () => {
  const runId = await openMap(3);
  let next = await claim(runId);
  const seen = [next.item];
  for (;;) {
    const request = { runId, step: 'm', completion: done(next, `"r${next.index}"`), agentId: 'a1' };
    const { claim } = await ledger.completeAndClaim(request);
    if (claim.kind !== 'task') {
      expect(claim.kind).toBe('drained');
      break;
    }
    next = claim.task;
    seen.push(next.item);
  }
  expect(seen).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
  expect(await runs.outcomes(runId, 'm', 0, 3)).toEqual([
    { result: '"r0"' },
    { result: '"r1"' },
    { result: '"r2"' },
  ]);
  expect((await counts(runId)).counts).toMatchObject({ completed: 3, pending: 0, running: 0 });
});

it('refuses a doubled and a superseded completion', async () => {
  const runId = await openMap(1);
  const first = await claim(runId);
  const report = (task: ClaimedTask, result: string) =>
    ledger.completeAndClaim({ runId, step: 'm', completion: done(task, result) });
  await ledger.completeAndClaim({ runId, step: 'm', completion: lost(first) });
  const second = await claim(runId);
  expect(second).toMatchObject({ index: 0, attempt: 2, lost: 1 });
  expect((await report(first, '"late"')).accepted).toBe(false);
  expect((await report(second, '"good"')).accepted).toBe(true);
  expect((await report(second, '"again"')).accepted).toBe(false);
  expect(await runs.outcomes(runId, 'm', 0, 1)).toEqual([{ result: '"good"' }]);
  expect((await counts(runId)).counts.completed).toBe(1);
});

it('says what a lane that finds no task can do', async () => {
  const runId = await openMap(2);
  const [a, b] = [await claim(runId), await claim(runId)];
  const ask = async () => (await ledger.completeAndClaim({ runId, step: 'm', agentId: 'a2' })).claim;
  expect(await ask()).toEqual({ kind: 'idle' });
  await ledger.completeAndClaim({ runId, step: 'm', completion: failed(a, 60_000) });
  const wait = await ask();
  expect(wait.kind).toBe('wait');
  expect(wait).toMatchObject({ ms: expect.any(Number) });
  await ledger.completeAndClaim({ runId, step: 'm', completion: done(b) });
  await runs.apply(runId, [{ kind: 'close', step: 'm', to: 'failed' }]);
  expect(await ask()).toEqual({ kind: 'closed' });
  const open = await openMap(1);
  const unasked = await ledger.completeAndClaim({ runId: open, step: 'm' });
  expect(unasked.claim).toEqual({ kind: 'open' });
});

it('sets a task aside at its third loss, where no two were of agents', async () => {
  ledger = new RedisTaskLedger(redis, keys, {
    claimTtlMs: -1,
    maxLost: 3,
    maxAgentsLost: 2,
    maxInterrupted: 10,
  });
  const runId = await openMap(1);
  await ledger.completeAndClaim({ runId, step: 'm', completion: lost(await claim(runId)) });
  await claim(runId);
  expect(await ledger.reclaim(runId, 'm')).toBe(1);
  expect(await runs.tasks(runId, 'm', 0, 1)).toMatchObject([{ state: 'retrying', lost: 2 }]);
  await claim(runId);
  expect(await ledger.reclaim(runId, 'm')).toBe(1);
  expect(await runs.tasks(runId, 'm', 0, 1)).toMatchObject([{ state: 'failed', lost: 3 }]);
});

it('tells beside a claim how many tasks there are and how many ended badly', async () => {
  const runId = await openMap(3);
  const answer = await ledger.completeAndClaim({ runId, step: 'm', completion: failed(await claim(runId)) });
  expect(answer).toMatchObject({ accepted: true, failures: 1, total: 3 });
});

it('sets a task aside that was lost too often, with its history', async () => {
  const runId = await openMap(1);
  for (let i = 0; i < 2; i++) {
    await ledger.completeAndClaim({ runId, step: 'm', completion: lost(await claim(runId)) });
  }
  const step = await counts(runId);
  expect(step.counts).toMatchObject({ failed: 1, retrying: 0, running: 0 });
  expect(step.error).toEqual({
    code: 'POISON',
    message: `${TASK_ERRORS.POISON}; the last: AGENT_LOST: gone`,
  });
  const lostOnce = { agentId: 'a1', end: 'lost', error: { code: 'AGENT_LOST', message: 'gone' } };
  expect(await runs.history(runId, 'm', 0)).toMatchObject([
    { attempt: 2, ...lostOnce },
    { attempt: 1, ...lostOnce },
  ]);
  expect(await runs.tasks(runId, 'm', 0, 5)).toMatchObject([{ state: 'failed', attempts: 2, lost: 2 }]);
});

it('times out only tasks that were never begun, once they have waited long enough', async () => {
  const runId = await openMap(3);
  const begun = await claim(runId);
  expect(await ledger.expire(runId, 'm', 60_000)).toBe(0);
  let expired = 0;
  for (let tries = 0; tries < 200 && expired === 0; tries++) expired = await ledger.expire(runId, 'm', 1);
  expect(expired).toBe(2);
  expect(await ledger.expire(runId, 'm', 1)).toBe(0);
  expect((await counts(runId)).counts).toMatchObject({ pending: 0, running: 1, timed_out: 2 });
  const end = await ledger.completeAndClaim({ runId, step: 'm', completion: done(begun), agentId: 'a' });
  expect(end).toMatchObject({ accepted: true, claim: { kind: 'drained' }, failures: 2 });
  expect(await runs.outcomes(runId, 'm', 1, 1)).toMatchObject([{ error: { code: 'QUEUE_TIMEOUT' } }]);
});

it('keeps the last twenty attempts of a task that fails, and nothing of one that does not', async () => {
  const runId = await openMap(2);
  await ledger.completeAndClaim({ runId, step: 'm', completion: done(await claim(runId)) });
  const end = async (again?: number) => {
    const task = await claim(runId);
    await ledger.completeAndClaim({ runId, step: 'm', completion: failed(task, again) });
  };
  for (let i = 0; i < 24; i++) await end(0);
  await end();
  expect(await runs.history(runId, 'm', 0)).toEqual([]);
  const history = await runs.history(runId, 'm', 1);
  expect(history.map((a) => a.attempt)).toEqual(Array.from({ length: 20 }, (_, i) => 25 - i));
  expect(history[0]).toEqual({
    attempt: 25,
    endedAt: expect.any(Number),
    agentId: 'a1',
    end: 'failed',
    error: { code: 'X', message: 'no' },
  });
});

it('puts tasks back in line whose attempts were not renewed', async () => {
  ledger = new RedisTaskLedger(redis, keys, {
    claimTtlMs: 1,
    maxLost: 2,
    maxAgentsLost: 2,
    maxInterrupted: 10,
  });
  const runId = await openMap(2);
  const gone = await claim(runId);
  let reclaimed = 0;
  for (let tries = 0; tries < 200 && reclaimed === 0; tries++) reclaimed = await ledger.reclaim(runId, 'm');
  expect(reclaimed).toBe(1);
  expect(await ledger.renew(runId, 'm', gone.index, gone.token)).toBe(false);
  expect(await claim(runId)).toMatchObject({ index: gone.index, attempt: 2 });
});

it('writes a gapless history', async () => {
  const runId = await openMap(1);
  const task = await claim(runId);
  await ledger.completeAndClaim({ runId, step: 'm', completion: done(task) });
  await runs.apply(runId, [
    { kind: 'close', step: 'm', to: 'completed' },
    { kind: 'finish', to: 'completed' },
  ]);
  const events = await runs.events(runId, 0, 100);
  expect(events.map((e) => `${e.id} ${e.type}`)).toEqual([
    '1 run.started',
    '2 step.ready',
    '3 step.running',
    '4 task.completed',
    '5 step.completed',
    '6 run.completed',
  ]);
  expect((await runs.events(runId, 4, 1)).map((e) => e.id)).toEqual([5]);
});

it('cuts off what is open when a step is closed before its tasks ended', async () => {
  const runId = await openMap(3);
  const task = await claim(runId);
  const error = { code: 'RUN_TIMEOUT', message: 'late' };
  await runs.apply(runId, [
    { kind: 'close', step: 'm', to: 'timed_out', error },
    { kind: 'finish', to: 'timed_out', error },
  ]);
  const late = await ledger.completeAndClaim({ runId, step: 'm', completion: done(task), agentId: 'a' });
  expect(late).toMatchObject({ accepted: false, claim: { kind: 'closed' } });
  expect((await counts(runId)).counts).toMatchObject({ timed_out: 3, running: 0, pending: 0 });
  expect((await runs.tasks(runId, 'm', 0, 9)).map((t) => t.state)).toEqual(Array(3).fill('timed_out'));
});

it('skips a change whose guard does not hold', async () => {
  const runId = await openMap(1);
  const { applied } = await runs.apply(runId, [{ kind: 'open', step: 'm', total: 99 }]);
  expect(applied).toEqual([false]);
  expect((await counts(runId)).total).toBe(1);
});

it('pages through runs while others are added', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.push(await openMap(0));
  const first = await runs.list({ limit: 2 });
  expect(first.items).toEqual([ids[4], ids[3]]);
  await openMap(0);
  const second = await runs.list({ limit: 3, cursor: first.next });
  expect(second).toEqual({ items: [ids[2], ids[1], ids[0]] });
});

describe('a step that is closed', () => {
  it('tells of its attempts that are to stop', async () => {
    const subscriber = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'subscriber');
    const stops = new RedisStopSignals(subscriber, keys);
    await stops.ready();
    const [idle, busy] = [await openMap(2), await openMap(2)];
    await claim(busy);
    const told: string[] = [];
    const heard = new Promise<void>((resolve) => {
      stops.onStop(idle, 'm', () => told.push('idle'));
      stops.onStop(busy, 'other', () => told.push('other'));
      stops.onStop(busy, 'm', () => told.push('left'))();
      stops.onStop(busy, 'm', resolve);
    });
    for (const runId of [idle, busy])
      await runs.apply(runId, [{ kind: 'close', step: 'm', to: 'cancelled' }]);
    await heard;
    expect(told).toEqual([]);
    subscriber.disconnect();
  });

  it('takes its open tasks along into the state that is asked for', async () => {
    const runId = await openMap(3);
    await ledger.completeAndClaim({ runId, step: 'm', completion: done(await claim(runId)) });
    await claim(runId);
    await runs.apply(runId, [{ kind: 'close', step: 'm', to: 'completed', tasks: 'timed_out' }]);
    expect((await counts(runId)).counts).toMatchObject({
      completed: 1,
      timed_out: 2,
      running: 0,
      pending: 0,
    });
    const states = (await runs.tasks(runId, 'm', 0, 9)).map((t) => t.state);
    expect(states).toEqual(['completed', 'timed_out', 'timed_out']);
  });

  it('cancels its open tasks where nothing else is asked for', async () => {
    const runId = await openMap(2);
    await claim(runId);
    await runs.apply(runId, [{ kind: 'close', step: 'm', to: 'failed' }]);
    expect((await counts(runId)).counts).toMatchObject({ cancelled: 2, running: 0, pending: 0 });
    expect((await runs.tasks(runId, 'm', 0, 9)).map((t) => t.state)).toEqual(['cancelled', 'cancelled']);
  });
});

describe('a paused run', () => {
  const pause = (runId: string) => runs.apply(runId, [{ kind: 'become', to: 'paused' }]);

  it('lets its tasks end, and starts no other until it is resumed', async () => {
    const runId = await openMap(3);
    const task = await claim(runId);
    await pause(runId);
    expect(await ledger.renew(runId, 'm', task.index, task.token)).toBe(true);
    const ended = await ledger.completeAndClaim({ runId, step: 'm', completion: done(task), agentId: 'a1' });
    expect(ended).toMatchObject({ accepted: true, claim: { kind: 'paused' } });
    await runs.apply(runId, [{ kind: 'become', to: 'running' }]);
    expect((await claim(runId)).index).toBe(1);
  });

  it('does not end as completed, but may be cancelled', async () => {
    const runId = await openMap(0);
    await pause(runId);
    expect((await runs.apply(runId, [{ kind: 'finish', to: 'completed' }])).applied).toEqual([false]);
    expect((await runs.apply(runId, [{ kind: 'finish', to: 'cancelled' }])).applied).toEqual([true]);
    expect((await runs.apply(runId, [{ kind: 'become', to: 'running' }])).applied).toEqual([false]);
    expect((await runs.load(runId))!.state).toBe('cancelled');
  });
});
