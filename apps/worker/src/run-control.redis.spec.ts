import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type DefinitionInput, type Json, poolsOf, validateDefinition } from '@agentainer/core';
import {
  type AgentLease,
  type AttemptRequest,
  type AttemptResult,
  ChildRuns,
  ChildStarter,
  Lane,
  Rerunner,
  RunAdvancer,
  RunControl,
  type RunRecord,
  RunStarter,
  Sweeper,
} from '@agentainer/engine';
import { BullStepQueue, RUNS_QUEUE } from '@agentainer/queue-bullmq';
import { type Service, silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  type Redis,
  RedisRunStore,
  RedisStateStore,
  RedisStopSignals,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';
import { NO_POOLS } from './flow-test.fixture.js';
import { advanceConsumers, laneConsumer } from './run-consumers.js';

const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
let redis: Redis;
let subscriber: Redis;
let keyPrefix: string;
let runs: RedisRunStore;
let workflows: RedisWorkflowStore;
let queue: BullStepQueue;
let starter: RunStarter;
let control: RunControl;
let rerunner: Rerunner;
let sweeper: Sweeper;
let lane: Lane;
let advancer: RunAdvancer;
let services: Service[];
let behave: (input: Json, request: AttemptRequest) => Promise<AttemptResult> | AttemptResult;

const completed = (result: unknown): AttemptResult => ({ kind: 'completed', result: JSON.stringify(result) });

beforeEach(async () => {
  redis = await connectRedis(redisUrl, 'worker');
  subscriber = await connectRedis(redisUrl, 'subscriber');
  keyPrefix = `t-${randomUUID()}`;
  const keys = new Keys(keyPrefix);
  runs = new RedisRunStore(redis, keys);
  workflows = new RedisWorkflowStore(redis, keys);
  const ledger = new RedisTaskLedger(redis, keys);
  queue = new BullStepQueue(redisUrl, keyPrefix);
  advancer = new RunAdvancer(runs, queue, new ChildRuns(runs, ledger, queue));
  starter = new RunStarter(runs, advancer, NO_POOLS, silentLogger);
  control = new RunControl(runs, workflows, queue, advancer);
  rerunner = new Rerunner(runs, starter, advancer);
  const children = new ChildStarter(runs, ledger, workflows, starter, advancer);
  sweeper = new Sweeper(runs, ledger, queue, advancer, children, { stalledMs: 1, orphanMs: 1, batch: 10 });
  const agents = { lease: () => Promise.resolve({ kind: 'leased' as const, lease: inlineLease() }) };
  // Renewing must not be what stops an attempt here.
  lane = new Lane(
    { runs, ledger, stops: new RedisStopSignals(subscriber, keys), agents, advancer },
    { sliceMs: 1_000, agentWaitMs: 1_000, renewMs: 60_000, lossPauseMs: 0, stopGraceMs: 60_000 },
  );
  services = [];
});
afterEach(async () => {
  for (const service of services) await service.stop();
  await queue.close();
  subscriber.disconnect();
  redis.disconnect();
});

/** An agent inside the test's process. */
function inlineLease(): AgentLease {
  return {
    agentId: 'inline',
    usesLeft: Infinity,
    keep: (_, othersWait) => Promise.resolve(!othersWait),
    lost: new AbortController().signal,
    run: async (request) => {
      const { input } = request;
      let text = typeof input === 'string' ? input : '';
      if (typeof input !== 'string') for await (const part of input) text += part;
      return behave(JSON.parse(text) as Json, request);
    },
    release: () => Promise.resolve(),
  };
}

async function started(steps: DefinitionInput['steps']): Promise<RunRecord> {
  const definition = validateDefinition({ name: 'w', steps });
  const context = { redisUrl, keyPrefix, logger: silentLogger };
  services.push(...advanceConsumers(context, advancer));
  services.push(...poolsOf(definition).map((pool) => laneConsumer(context, pool, lane)));
  for (const service of services) await service.start();
  return starter.startWorkflow(await workflows.create(definition), null);
}

async function seen(runId: string, what: (run: RunRecord) => boolean): Promise<RunRecord> {
  for (const until = Date.now() + 15_000; ;) {
    const run = await runs.load(runId);
    if (run && what(run)) return run;
    if (Date.now() > until) throw new Error(`not seen: ${JSON.stringify(run)}`);
  }
}

const map = (name: string, count: number, more: object = {}) => ({
  type: 'map' as const,
  name,
  image: 'x',
  items: Array.from({ length: count }, (_, i) => i),
  pool_config: { max_size: 2 },
  ...more,
});

/** Attempts that end only when the test, or their signal, says so. */
class HeldAttempts {
  readonly held: { request: AttemptRequest; end: (result: AttemptResult) => void }[] = [];

  readonly behave = (_: Json, request: AttemptRequest) =>
    new Promise<AttemptResult>((resolve) => {
      this.held.push({ request, end: resolve });
      const stop = () =>
        resolve({ kind: 'stopped', error: { code: 'ATTEMPT_LOST', message: 'told to stop' } });
      // The step may have been closed before the attempt was begun.
      if (request.signal.aborted) stop();
      else request.signal.addEventListener('abort', stop, { once: true });
    });
}

it('cancels a run: attempts are stopped at once, what is open is cancelled, results stay', async () => {
  const attempts = new HeldAttempts();
  behave = (input, request) => (input === 0 ? completed('kept') : attempts.behave(input, request));
  const { id } = await started([map('m', 5), { name: 'after', image: 'x', depends_on: ['m'] }]);
  await seen(id, (run) => run.steps[0]!.counts.running === 2 && run.steps[0]!.counts.completed === 1);
  const run = await control.cancel(id);
  expect(run).toMatchObject({ state: 'cancelled', error: { code: 'RUN_CANCELLED' } });
  expect(run.steps.map((s) => s.state)).toEqual(['cancelled', 'cancelled']);
  expect(run.steps[0]!.counts).toMatchObject({ completed: 1, cancelled: 4, running: 0, pending: 0 });
  await Promise.all(
    attempts.held.map(({ request: { signal } }) => (signal.aborted ? undefined : once(signal, 'abort'))),
  );
  expect(await runs.outcomes(id, 'm', 0, 1)).toEqual([{ result: '"kept"' }]);
  expect((await runs.active({ limit: 10 })).items).toEqual([]);
  expect((await control.cancel(id)).finishedAt).toBe(run.finishedAt);
});

it('does not cancel, pause or resume a run that has ended', async () => {
  behave = (input) => completed(input);
  const { id } = await started([map('m', 1)]);
  await seen(id, (run) => run.state === 'completed');
  for (const act of ['cancel', 'pause', 'resume'] as const) {
    await expect(control[act](id)).rejects.toMatchObject({ code: 'CONFLICT' });
  }
  await expect(control.cancel('run_none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('pauses a run: what runs ends, nothing is started, until it is resumed', async () => {
  const attempts = new HeldAttempts();
  behave = attempts.behave;
  const { id } = await started([map('m', 6), map('n', 2, { depends_on: ['m'] })]);
  await seen(id, (run) => run.steps[0]!.counts.running === 2);
  expect((await control.pause(id)).state).toBe('paused');
  attempts.held.forEach(({ end }) => end(completed(1)));
  const paused = await seen(id, (run) => run.steps[0]!.counts.completed === 2);
  expect(paused.steps[0]!.counts).toMatchObject({ running: 0, pending: 4 });
  await sweeper.sweep();
  expect((await runs.load(id))!.steps[0]!).toMatchObject({ generation: 0, counts: { pending: 4 } });
  behave = (input) => completed(input);
  expect((await control.resume(id)).state).toBe('running');
  const run = await seen(id, (r) => r.state === 'completed');
  expect(run.steps.map((s) => s.counts.completed)).toEqual([6, 2]);
  const events = (await runs.events(id, 0, 100)).map((e) => e.type);
  expect(events.filter((type) => type.startsWith('run.'))).toEqual([
    'run.started',
    'run.paused',
    'run.running',
    'run.completed',
  ]);
});

it('resumes a run whose last open task ended while it was paused, also where its queued jobs are gone', async () => {
  const attempts = new HeldAttempts();
  behave = attempts.behave;
  const { id } = await started([map('m', 1), { name: 'after', image: 'x', depends_on: ['m'] }]);
  await seen(id, () => attempts.held.length === 1);
  await control.pause(id);
  attempts.held[0]!.end(completed(1));
  await seen(id, (run) => run.steps[0]!.counts.completed === 1);
  await queue.queue(RUNS_QUEUE).obliterate({ force: true });
  behave = () => completed('end');
  await control.resume(id);
  await seen(id, (run) => run.state === 'completed');
});

it('does not run a step with more lanes than it may have, however often it is paused and resumed', async () => {
  let running = 0;
  let most = 0;
  let ended = 0;
  behave = async (input) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    ended++;
    return completed(input);
  };
  const { id } = await started([map('m', 300, { max_parallel: 2, pool_config: { max_size: 8 } })]);
  for (let i = 1; i <= 5; i++) {
    await seen(id, () => ended > i * 20);
    await control.pause(id);
    await seen(id, () => running === 0);
    await control.resume(id);
  }
  const run = await seen(id, (r) => r.state === 'completed');
  expect(run.steps[0]!.counts.completed).toBe(300);
  expect(most).toBeLessThanOrEqual(2);
});

it('counts a pause neither as time in the queue nor as time of a step', async () => {
  const HOUR_MS = 3_600_000;
  const attempts = new HeldAttempts();
  behave = attempts.behave;
  const slow = { max_parallel: 1, queue_timeout: '30m', step_timeout: '50m' };
  const { id } = await started([map('m', 3, slow)]);
  await seen(id, () => attempts.held.length === 1);
  await control.pause(id);
  const keys = new Keys(keyPrefix);
  await redis.hincrby(keys.run(id), 'pausedAt', -HOUR_MS);
  await redis.hincrby(keys.runSteps(id), 'm:openedAt', -HOUR_MS);
  await sweeper.sweep();
  await control.resume(id);
  await sweeper.sweep();
  const resumed = (await runs.load(id))!.steps[0]!;
  expect(resumed).toMatchObject({ state: 'running', counts: { pending: 2, running: 1, timed_out: 0 } });
  await redis.hincrby(keys.runSteps(id), 'm:openedAt', -HOUR_MS / 2);
  await sweeper.sweep();
  const late = (await runs.load(id))!.steps[0]!;
  expect(late).toMatchObject({ state: 'running', counts: { pending: 0, running: 1, timed_out: 2 } });
  await redis.hincrby(keys.runSteps(id), 'm:openedAt', -HOUR_MS / 2);
  await sweeper.sweep();
  expect(await runs.load(id)).toMatchObject({ state: 'failed', error: { code: 'STEP_TIMEOUT' } });
});

it('ends a paused run by time', async () => {
  const attempts = new HeldAttempts();
  behave = attempts.behave;
  const { id } = await started([map('m', 1)]);
  await control.pause(id);
  await redis.hset(new Keys(keyPrefix).run(id), 'deadline', 1);
  await sweeper.sweep();
  expect(await runs.load(id)).toMatchObject({ state: 'timed_out' });
});

it('deletes a run that has ended, with every key of it', async () => {
  const attempts = new HeldAttempts();
  behave = attempts.behave;
  const { id, workflowId } = await started([map('m', 3)]);
  await expect(control.delete(id)).rejects.toMatchObject({ code: 'CONFLICT' });
  const state = new RedisStateStore(redis, new Keys(keyPrefix));
  await state.put(id, { a: 1, list: [1, 2] });
  await seen(id, () => attempts.held.length === 2);
  const [{ request }] = attempts.held as [(typeof attempts.held)[number]];
  const { step, index, token } = request;
  const operation = { op: 'addToSet', key: 'set', value: 1 } as never;
  await state.apply({ runId: id, step, index, token, agentId: 'inline', seq: 1, operation });
  await control.cancel(id);
  await control.delete(id);
  expect(await redis.keys(`${keyPrefix}:run:{${id}}*`)).toEqual([]);
  expect(await runs.load(id)).toBeUndefined();
  expect(await runs.list({ limit: 10 })).toEqual({ items: [] });
  expect(await runs.list({ limit: 10, workflowId: workflowId! })).toEqual({ items: [] });
});

it('deletes a workflow with its runs once none is under way', async () => {
  const attempts = new HeldAttempts();
  behave = attempts.behave;
  const { id, workflowId } = await started([map('m', 1)]);
  const workflow = (await workflows.get(workflowId!))!;
  const second = await starter.startWorkflow(workflow, null);
  await control.cancel(id);
  await expect(control.deleteWorkflow(workflow.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await runs.load(id)).toBeDefined();
  await control.cancel(second.id);
  expect(await control.deleteWorkflow(workflow.id)).toBe(true);
  expect(await workflows.get(workflow.id)).toBeUndefined();
  expect((await runs.list({ limit: 10 })).items).toEqual([]);
});

describe('a rerun', () => {
  const bad = {
    kind: 'failed',
    error: { code: 'BAD', message: 'no' },
    retryable: false,
    suspect: false,
  } as const;
  const graph = [
    { name: 'list', image: 'x' },
    map('m', 5, { depends_on: ['list'] }),
    { type: 'reduce' as const, name: 'sum', image: 'x', over: 'm' },
  ];
  let ran: string[];

  /** Items named are bad; what is run is noted. */
  const badItems = (...items: number[]) => {
    ran = [];
    behave = (input, { step, index }) => {
      ran.push(`${step}.${index}`);
      return step === 'm' && items.includes(input as number) ? bad : completed(input);
    };
  };
  const rerun = async (runId: string, options: Parameters<Rerunner['rerun']>[1]) => {
    const run = await rerunner.rerun(runId, options);
    expect(run.rerunOf).toBe(runId);
    return seen(run.id, ({ state }) => state === 'completed' || state === 'failed');
  };

  it('runs failed tasks again and keeps good results, also inside a map', async () => {
    badItems(1, 3);
    const { id } = await started(graph);
    await seen(id, (run) => run.state === 'failed');
    badItems(3);
    const second = await rerun(id, { scope: { kind: 'failed_only' } });
    expect(second.state).toBe('failed');
    expect(ran.sort()).toEqual(['m.1', 'm.3']);
    expect(second.steps[1]!.counts).toMatchObject({ completed: 4, failed: 1, pending: 0, retrying: 0 });
    badItems();
    const third = await rerun(second.id, { scope: { kind: 'failed_only' } });
    expect(third.state).toBe('completed');
    expect(ran.sort()).toEqual(['m.3', 'sum.0']);
    const [sum] = await runs.outcomes(third.id, 'sum', 0, 1);
    expect(JSON.parse((sum as { result: string }).result)).toMatchObject(
      [0, 1, 2, 3, 4].map((result) => ({ result })),
    );
    expect((await runs.load(id))!.state).toBe('failed');
    await expect(rerunner.rerun(third.id, { scope: { kind: 'failed_only' } })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('begins with a step, and keeps what is before it with the state of the run', async () => {
    badItems();
    const { id } = await started(graph);
    const state = new RedisStateStore(redis, new Keys(keyPrefix));
    await state.put(id, { a: { b: 1 }, list: [1, 2] });
    await seen(id, (run) => run.state === 'completed');
    ran = [];
    const again = await rerun(id, { scope: { kind: 'from_step', step: 'sum' }, input: 'new' });
    expect(ran).toEqual(['sum.0']);
    expect(again.steps.map((s) => s.counts.completed)).toEqual([1, 5, 1]);
    expect(await runs.input(again.id)).toBe('"new"');
    expect(await state.all(again.id)).toEqual({ a: { b: 1 }, list: [1, 2] });
    await control.delete(id);
    expect(await runs.outcomes(again.id, 'm', 0, 2)).toEqual([{ result: '0' }, { result: '1' }]);
    for (const key of await redis.keys(`${keyPrefix}:run:{${again.id}}*`))
      expect(await redis.ttl(key)).toBe(-1);
  });

  it('repeats the whole run with the same input', async () => {
    badItems();
    const { id } = await started([{ name: 'list', image: 'x' }]);
    await seen(id, (run) => run.state === 'completed');
    const again = await rerun(id, { scope: { kind: 'whole' } });
    expect(again).toMatchObject({ state: 'completed', rerunOf: id });
    expect(ran).toEqual(['list.0', 'list.0']);
  });

  it('is refused for a run under way, and for a step that is none', async () => {
    const attempts = new HeldAttempts();
    behave = attempts.behave;
    const { id } = await started([{ name: 'list', image: 'x' }]);
    await expect(rerunner.rerun(id, { scope: { kind: 'whole' } })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await control.cancel(id);
    const scope = { kind: 'from_step', step: 'none' } as const;
    await expect(rerunner.rerun(id, { scope })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('leaves nothing for good where it dies before its record is written', async () => {
    badItems();
    const { id } = await started(graph);
    await seen(id, (run) => run.state === 'completed');
    jest.spyOn(redis, 'exists').mockRejectedValueOnce(new Error('the process dies here'));
    const scope = { kind: 'from_step', step: 'sum' } as const;
    await expect(rerunner.rerun(id, { scope })).rejects.toThrow('dies');
    const left = (await redis.keys(`${keyPrefix}:run:*`)).filter((key) => !key.includes(id));
    expect(left.length).toBeGreaterThan(0);
    for (const key of left) expect(await redis.ttl(key)).toBeGreaterThan(0);
  });
});
