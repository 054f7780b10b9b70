import { randomUUID } from 'node:crypto';
import { type DefinitionInput, type Json, poolsOf, validateDefinition } from '@agentainer/core';
import {
  type AgentLease,
  type AgentSource,
  type AttemptRequest,
  type AttemptResult,
  ChildRuns,
  ChildStarter,
  Lane,
  RunAdvancer,
  type RunRecord,
  RunStarter,
  RunValues,
  Sweeper,
} from '@agentainer/engine';
import { BullStepQueue } from '@agentainer/queue-bullmq';
import { type Service, ServiceGroup, silentLogger } from '@agentainer/runtime';
import {
  connectRedis,
  Keys,
  RedisRunStore,
  RedisStopSignals,
  RedisTaskLedger,
  RedisWorkflowStore,
} from '@agentainer/store-redis';
import { NO_POOLS } from './flow-test.fixture.js';
import { advanceConsumers, laneConsumer } from './run-consumers.js';

type Redis = Awaited<ReturnType<typeof connectRedis>>;
type Behaviour = (input: Json, request: AttemptRequest) => Promise<AttemptResult> | AttemptResult;

const redisUrl = process.env.AGENTAINER_TEST_REDIS!;
let redis: Redis;
let subscriber: Redis;
let keyPrefix: string;
let runs: RedisRunStore;
let queue: BullStepQueue;
let starter: RunStarter;
let sweeper: Sweeper;
let lane: Lane;
let stops: RedisStopSignals;
let advancer: RunAdvancer;
let services: Service[];

beforeAll(async () => {
  redis = await connectRedis(redisUrl, 'worker');
});
afterAll(() => redis.quit());

beforeEach(async () => {
  subscriber = await connectRedis(redisUrl, 'subscriber');
  keyPrefix = `t-${randomUUID()}`;
  const keys = new Keys(keyPrefix);
  runs = new RedisRunStore(redis, keys);
  const ledger = new RedisTaskLedger(redis, keys);
  stops = new RedisStopSignals(subscriber, keys);
  queue = new BullStepQueue(redisUrl, keyPrefix);
  advancer = new RunAdvancer(runs, queue, new ChildRuns(runs, ledger, queue));
  starter = new RunStarter(runs, advancer, NO_POOLS, silentLogger);
  const children = new ChildStarter(runs, ledger, new RedisWorkflowStore(redis, keys), starter, advancer);
  sweeper = new Sweeper(runs, ledger, queue, advancer, children, { stalledMs: 1, orphanMs: 1, batch: 10 });
  lane = new Lane(
    { runs, ledger, stops, agents: new InlineAgents(), advancer },
    { sliceMs: 20, agentWaitMs: 1_000, renewMs: 3_000, lossPauseMs: 0, stopGraceMs: 60_000 },
  );
  services = [];
  behave = (input) => completed(input);
});
afterEach(async () => {
  await new ServiceGroup('test', []).stop();
  for (const service of services) await service.stop();
  await queue.close();
  subscriber.disconnect();
});

let behave: Behaviour;
const completed = (result: unknown): AttemptResult => ({ kind: 'completed', result: JSON.stringify(result) });

/** Agents inside the test's process: what they do is up to the test. */
class InlineAgents implements AgentSource {
  lease() {
    const lease: AgentLease = {
      agentId: 'inline',
      usesLeft: Infinity,
      keep: (_, othersWait) => Promise.resolve(!othersWait),
      lost: new AbortController().signal,
      run: async (request) => {
        const parts: string[] = [];
        for await (const part of [request.input].flat() as AsyncIterable<string>[]) {
          if (typeof part === 'string') parts.push(part);
          else for await (const piece of part) parts.push(piece);
        }
        return behave(JSON.parse(parts.join('')) as Json, request);
      },
      release: () => Promise.resolve(),
    };
    return Promise.resolve({ kind: 'leased' as const, lease });
  }
}

async function work(definition: ReturnType<typeof validateDefinition>): Promise<void> {
  const context = { redisUrl, keyPrefix, logger: silentLogger };
  services.push(...advanceConsumers(context, advancer));
  services.push(...poolsOf(definition).map((pool) => laneConsumer(context, pool, lane)));
  for (const service of services) await service.start();
}

async function finished(runId: string, deadlineMs = 20_000): Promise<RunRecord> {
  const until = Date.now() + deadlineMs;
  for (;;) {
    const run = await runs.load(runId);
    if (run && run.state !== 'running') return run;
    if (Date.now() > until) throw new Error(`run did not end: ${JSON.stringify(run)}`);
  }
}

async function result(runId: string): Promise<unknown> {
  const values = new RunValues(runs, runId, (await runs.definition(runId))!);
  return JSON.parse(await values.text(await values.ofRun()));
}

const mapReduce = (items: Json[], more: object = {}): DefinitionInput => ({
  name: 'w',
  steps: [
    { type: 'map', name: 'm', image: 'x', items, ...more },
    { type: 'reduce', name: 'r', image: 'x', depends_on: ['m'] },
  ],
});

async function runToEnd(input: DefinitionInput, data: Json = null): Promise<RunRecord> {
  const definition = validateDefinition(input);
  await work(definition);
  return finished((await starter.startJob(definition, data)).id);
}

it('maps a list and reduces the results in item order', async () => {
  const items = Array.from({ length: 200 }, (_, i) => i);
  behave = (input, { kind }) =>
    completed(kind === 'map' ? (input as number) * 2 : (input as { result: number }[]).map((o) => o.result));
  const run = await runToEnd(mapReduce(items));
  expect(run.state).toBe('completed');
  expect(await result(run.id)).toEqual(items.map((i) => i * 2));
  expect(run.steps[0]).toMatchObject({ total: 200, counts: { completed: 200 } });
});

it('hands results along a graph, and joins them by step', async () => {
  behave = (input, { step }) => completed(step === 'd' ? input : `${step}(${JSON.stringify(input)})`);
  const seq = (name: string, ...depends_on: string[]) => ({ name, image: 'x', depends_on });
  const steps = [seq('a'), seq('b', 'a'), seq('c', 'a'), seq('d', 'b', 'c')];
  const run = await runToEnd({ name: 'w', steps }, 7);
  expect(await result(run.id)).toEqual({ b: 'b("a(7)")', c: 'c("a(7)")' });
});

it('takes items from the result of an earlier step', async () => {
  behave = (input, { step }) => completed(step === 'list' ? { urls: ['u1', 'u2'] } : input);
  const run = await runToEnd({
    name: 'w',
    steps: [
      { name: 'list', image: 'x' },
      { type: 'map', name: 'm', image: 'x', items: { step: 'list', pointer: '/urls' } },
    ],
  });
  expect(await result(run.id)).toEqual(['u1', 'u2']);
});

it('retries a failed task after its backoff', async () => {
  const attempts: number[] = [];
  behave = (input, { attempt }) => {
    attempts.push(attempt);
    if (attempt < 3)
      return { kind: 'failed', error: { code: 'X', message: '' }, retryable: true, suspect: false };
    return completed(input);
  };
  const retry = { max_attempts: 3, delay: '10ms', jitter: 0 };
  const run = await runToEnd({ name: 'w', steps: [{ name: 'a', image: 'x', retry }] }, 5);
  expect(run.state).toBe('completed');
  expect(attempts).toEqual([1, 2, 3]);
});

it('keeps successes and errors both, and tells the reduce step of both', async () => {
  behave = (input, { kind }) => {
    if (kind === 'reduce') return completed(input);
    if (input === 1)
      return { kind: 'failed', error: { code: 'BAD', message: 'one' }, retryable: false, suspect: false };
    return completed(input);
  };
  const run = await runToEnd(mapReduce([0, 1, 2], { continue_on_partial: true }));
  expect(await result(run.id)).toEqual([
    { index: 0, status: 'completed', result: 0 },
    { index: 1, status: 'failed', error: { code: 'BAD', message: 'one' } },
    { index: 2, status: 'completed', result: 2 },
  ]);
});

it('tolerates so many failures, and no more', async () => {
  behave = (input, { kind }) =>
    kind === 'reduce'
      ? completed((input as object[]).length)
      : (input as number) < 2
        ? { kind: 'failed', error: { code: 'BAD', message: 'no' }, retryable: false, suspect: false }
        : completed(input);
  const run = await runToEnd(mapReduce([0, 1, 2, 3, 4], { failure_tolerance: '40%' }));
  expect(run.state).toBe('completed');
  expect(run.steps[0]).toMatchObject({ state: 'completed', counts: { completed: 3, failed: 2 } });
  expect(await result(run.id)).toBe(5);
});

it('notes the runs in which tasks failed for good, also where they were tolerated', async () => {
  behave = (input) =>
    input === 1
      ? { kind: 'failed', error: { code: 'BAD', message: 'no' }, retryable: false, suspect: false }
      : completed(input);
  const definition = (items: Json[], more: object) => validateDefinition(mapReduce(items, more));
  const tolerant = definition([0, 1], { failure_tolerance: 1 });
  await work(tolerant);
  const ended = async (d: typeof tolerant) => (await finished((await starter.startJob(d, null)).id)).id;
  const [good, tolerated, bad] = [
    await ended(definition([0], {})),
    await ended(tolerant),
    await ended(definition([1], {})),
  ];
  const until = Date.now() + 5_000;
  const noted = async () => (await runs.withDeadLetters({ limit: 10 })).items;
  while ((await noted()).length < 2 && Date.now() < until);
  expect(await noted()).toEqual([bad, tolerated]);
  await runs.remove(bad!);
  expect(await noted()).toEqual([tolerated]);
  expect((await runs.load(good!))!.state).toBe('completed');
});

it('fails a step fast: what is left of it is not begun', async () => {
  let begun = 0;
  behave = () => {
    begun += 1;
    return { kind: 'failed', error: { code: 'BAD', message: 'no' }, retryable: false, suspect: false };
  };
  const policies = { failure_tolerance: 2, on_failure: 'fail_fast', pool_config: { max_size: 1 } };
  const run = await runToEnd(mapReduce(Array<Json>(50).fill(1), policies));
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'BAD', message: 'step m: 3 of 50 tasks failed, first: no' },
  });
  expect(run.steps.map((s) => s.state)).toEqual(['failed', 'skipped']);
  expect(begun).toBe(3);
});

it('sweeps up a step that should have failed fast, where the lane that saw it died', async () => {
  const on_failure = 'fail_fast';
  const definition = validateDefinition(mapReduce([1, 2, 3], { on_failure }));
  const { id } = await starter.startJob(definition, null);
  const ledger = new RedisTaskLedger(redis, new Keys(keyPrefix));
  const { claim } = await ledger.completeAndClaim({ runId: id, step: 'm', agentId: 'a' });
  if (claim.kind !== 'task') throw new Error('no task');
  const end = { kind: 'failed' as const, error: { code: 'BAD', message: 'no' } };
  const { index, token } = claim.task;
  await ledger.completeAndClaim({ runId: id, step: 'm', completion: { index, token, end } });
  await sweeper.sweep();
  expect(await runs.load(id)).toMatchObject({ state: 'failed', error: { code: 'BAD' } });
});

it('fails the run with the error of the task', async () => {
  behave = () => ({
    kind: 'failed',
    error: { code: 'BAD', message: 'no' },
    retryable: false,
    suspect: false,
  });
  const run = await runToEnd(mapReduce([1]));
  expect(run).toMatchObject({ state: 'failed', error: { code: 'BAD', message: 'step m: no' } });
  expect(run.steps[1]).toMatchObject({ state: 'skipped' });
});

it('fails a step whose items are not a list, and completes an empty one', async () => {
  const list = { type: 'map' as const, name: 'm', image: 'x', items: { input: '/list' } };
  const definition = validateDefinition({ name: 'w', steps: [list] });
  await work(definition);
  const bad = await finished((await starter.startJob(definition, { list: 3 })).id);
  expect(bad).toMatchObject({ state: 'failed', error: { code: 'INPUT_INVALID' } });
  const empty = await finished((await starter.startJob(definition, { list: [] })).id);
  expect(empty.state).toBe('completed');
  expect(await result(empty.id)).toEqual([]);
});

it('gives its place to other runs after a time slice', async () => {
  const order: string[] = [];
  behave = async (input) => {
    order.push(input as string);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return completed(input);
  };
  const pool_config = { max_size: 1 };
  const map = (items: Json[]) => validateDefinition(mapReduce(items, { pool_config }));
  const long = map(Array<Json>(100).fill('long'));
  await work(long);
  const first = await starter.startJob(long, null);
  const second = await starter.startJob(map(['short']), null);
  await finished(second.id);
  expect((await runs.load(first.id))!.state).toBe('running');
  await finished(first.id);
  expect(order.indexOf('short')).toBeLessThan(80);
});

it('ends a step whose time is over with its open tasks, and stops them', async () => {
  behave = async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return { kind: 'stopped', error: { code: 'ATTEMPT_LOST', message: '' } };
  };
  const definition = validateDefinition(mapReduce([1, 2, 3], { step_timeout: '100ms' }));
  await work(definition);
  const { id } = await starter.startJob(definition, null);
  const until = Date.now() + 10_000;
  while ((await runs.load(id))!.state === 'running' && Date.now() < until) await sweeper.sweep();
  const run = (await runs.load(id))!;
  expect(run).toMatchObject({ state: 'failed', error: { code: 'STEP_TIMEOUT' } });
  expect(run.steps.map((s) => s.state)).toEqual(['timed_out', 'skipped']);
  expect(run.steps[0]!.counts).toMatchObject({ timed_out: 3, running: 0, pending: 0 });
});

it('times out tasks that nobody began', async () => {
  const policies = { queue_timeout: '100ms', failure_tolerance: 1_200 };
  const definition = validateDefinition(mapReduce(Array<Json>(1_200).fill(1), policies));
  const { id } = await starter.startJob(definition, null);
  const until = Date.now() + 10_000;
  while ((await runs.load(id))!.steps[0]!.state !== 'completed' && Date.now() < until) await sweeper.sweep();
  const [map] = (await runs.load(id))!.steps;
  expect(map).toMatchObject({ state: 'completed', counts: { timed_out: 1_200, pending: 0 } });
  expect(await runs.tasks(id, 'm', 1_199, 1)).toMatchObject([{ state: 'timed_out', attempts: 0 }]);
  expect(await runs.outcomes(id, 'm', 0, 1)).toMatchObject([{ error: { code: 'QUEUE_TIMEOUT' } }]);
});

it('sweeps up a run that was written but never queued', async () => {
  const definition = validateDefinition(mapReduce([1]));
  behave = (input, { kind }) => completed(kind === 'map' ? input : 'end');
  const run = {
    id: `run_01${'0'.repeat(24)}`,
    workflowId: null,
    workflowVersion: null,
    definition,
    input: 'null',
  };
  await runs.create(run);
  await work(definition);
  await sweeper.sweep();
  await finished(run.id);
  expect(await result(run.id)).toBe('end');
});

it('queues lanes again that were lost', async () => {
  const definition = validateDefinition(mapReduce([1, 2]));
  behave = (input, { kind }) => completed(kind === 'map' ? input : 'end');
  const run = await starter.startJob(definition, null);
  const pool = poolsOf(definition)[0]!;
  await queue.queue(`pool-${pool.id}`).obliterate({ force: true });
  await work(definition);
  const until = Date.now() + 10_000;
  while ((await runs.load(run.id))!.state === 'running' && Date.now() < until) await sweeper.sweep();
  expect(await result(run.id)).toBe('end');
});

it('ends a run whose time is over', async () => {
  behave = async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return { kind: 'lost', error: { code: 'AGENT_LOST', message: '' } };
  };
  lane = new Lane(
    {
      runs,
      ledger: new RedisTaskLedger(redis, new Keys(keyPrefix)),
      stops,
      agents: new InlineAgents(),
      advancer,
    },
    { sliceMs: 20, agentWaitMs: 1_000, renewMs: 20, lossPauseMs: 0, stopGraceMs: 60_000 },
  );
  const definition = validateDefinition({ ...mapReduce([1, 2]), config: { timeout: '100ms' } });
  await work(definition);
  const { id } = await starter.startJob(definition, null);
  const until = Date.now() + 10_000;
  while ((await runs.load(id))!.state === 'running' && Date.now() < until) await sweeper.sweep();
  const run = (await runs.load(id))!;
  expect(run).toMatchObject({ state: 'timed_out', error: { code: 'RUN_TIMEOUT' } });
  expect(run.steps.map((s) => s.state)).toEqual(['timed_out', 'timed_out']);
  expect((await runs.active({ limit: 10 })).items).toEqual([]);
});
