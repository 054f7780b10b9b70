import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskErrorCode } from '@agentainer/core';
import type { AttemptResult, LaneOptions } from '@agentainer/engine';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { completed, FlowTest } from './flow-test.fixture.js';

const PAUSE_MS = 400;
/** How long an engine takes to end its agents, one after another. */
const STOPPING_MS = 60;
const ITEMS = 12;

let redis: Redis;
let flow: FlowTest;
beforeEach(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterEach(async () => {
  await flow.stop();
  redis.disconnect();
});

const start = (lossPauseMs: number, options: Partial<LaneOptions> = {}) =>
  (flow = new FlowTest(redis, { sliceMs: 60_000, lossPauseMs, ...options }));
const lost = (code: TaskErrorCode): AttemptResult => ({ kind: 'lost', error: { code, message: 'gone' } });
const map = (items: number[]) => ({
  name: 'w',
  steps: [
    { type: 'map' as const, name: 'm', image: 'x', items, max_parallel: 4, retry: { max_attempts: 1 } },
  ],
});
const tasksOf = (runId: string, count: number) => flow.runs.tasks(runId, 'm', 0, count);

it('sets no task aside where agents end one after another', async () => {
  start(PAUSE_MS);
  let stopped = Infinity;
  flow.behave = async (input) => {
    stopped = Math.min(stopped, performance.now() + STOPPING_MS);
    await sleep(1);
    return performance.now() < stopped ? lost('AGENT_LOST') : completed(input);
  };
  const items = Array.from({ length: ITEMS }, (_, i) => i);
  const run = await flow.runToEnd(map(items));
  expect(run).toMatchObject({ state: 'completed', steps: [{ counts: { completed: ITEMS } }] });
  const losses = (await tasksOf(run.id, ITEMS)).map((task) => task.lost);
  expect(losses).toContain(1);
  expect(Math.max(...losses)).toBe(1);
});

it('finds a task that ends each agent it is given, after two of them', async () => {
  start(PAUSE_MS);
  flow.behave = (input) => (input === 1 ? lost('AGENT_LOST') : completed(input));
  const run = await flow.runToEnd(map([0, 1, 2]));
  expect(run.steps[0]).toMatchObject({ counts: { completed: 2, failed: 1 }, error: { code: 'POISON' } });
  expect((await tasksOf(run.id, 3))[1]).toMatchObject({ state: 'failed', attempts: 2, lost: 2 });
  const [second, first] = await flow.runs.history(run.id, 'm', 1);
  expect(second!.endedAt - first!.endedAt).toBeGreaterThanOrEqual(PAUSE_MS);
});

describe('an attempt that ends from outside', () => {
  it.each<[number, TaskErrorCode, object]>([
    [9, 'AGENT_STOPPED', { state: 'completed', attempts: 10, lost: 9 }],
    [10, 'AGENT_STOPPED', { state: 'failed', attempts: 10, lost: 10 }],
    [9, 'ATTEMPT_LOST', { state: 'completed', attempts: 10, lost: 9 }],
    [10, 'ATTEMPT_LOST', { state: 'failed', attempts: 10, lost: 10 }],
  ])('may do so often, but not for ever: %i times, as %s', async (times, code, ends) => {
    start(1);
    flow.behave = (input, { attempt }) => (attempt <= times ? lost(code) : completed(input));
    const run = await flow.runToEnd(map([7]));
    expect((await tasksOf(run.id, 1))[0]).toMatchObject(ends);
    if (run.state === 'failed') expect(run.steps[0]).toMatchObject({ error: { code: 'POISON' } });
  });

  it('excuses none that ends its agent', async () => {
    start(1);
    flow.behave = (_, { attempt }) => lost(attempt % 3 === 0 ? 'AGENT_LOST' : 'AGENT_STOPPED');
    const run = await flow.runToEnd(map([7]));
    expect(run.steps[0]).toMatchObject({ error: { code: 'POISON' } });
    expect((await tasksOf(run.id, 1))[0]).toMatchObject({ attempts: 6, lost: 6 });
    expect((await flow.runs.history(run.id, 'm', 0)).map(({ end }) => end)).toEqual(Array(6).fill('lost'));
  });
});

it('goes on elsewhere each time that its worker stops and cannot wait for it', async () => {
  const RESTARTS = 4;
  start(PAUSE_MS, { stopGraceMs: 10 });
  flow.behave = (input, { attempt, signal }) => {
    if (attempt > RESTARTS) return completed(input);
    const stopped: AttemptResult = { kind: 'stopped', error: { code: 'ATTEMPT_LOST', message: 'told to' } };
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(stopped)));
  };
  const definition = map([7]);
  const id = await flow.start(definition);
  for (let attempt = 1; attempt <= RESTARTS; attempt++) {
    await flow.work(definition);
    await flow.poll(async () => {
      const [task] = await tasksOf(id, 1);
      return task?.state === 'running' && task.attempts === attempt;
    });
    await flow.stopWorking();
    expect((await tasksOf(id, 1))[0]).toMatchObject({ state: 'retrying', lost: attempt });
  }
  await flow.work(definition);
  expect(await flow.finished(id)).toMatchObject({ state: 'completed' });
});

it('lets a task end in whose time the worker can wait for it', async () => {
  start(PAUSE_MS);
  let end = () => {};
  flow.behave = (input) => new Promise((resolve) => (end = () => resolve(completed(input))));
  const definition = map([7]);
  const id = await flow.start(definition);
  await flow.work(definition);
  await flow.poll(async () => (await tasksOf(id, 1))[0]?.state === 'running');
  const stopped = flow.stopWorking();
  end();
  await stopped;
  expect((await tasksOf(id, 1))[0]).toMatchObject({ state: 'completed', attempts: 1, lost: 0 });
});

it('tries a task again at once whose agent is there yet', async () => {
  start(3_600_000);
  flow.behave = (input, { attempt }) => (attempt === 1 ? lost('ATTEMPT_LOST') : completed(input));
  const run = await flow.runToEnd(map([7]));
  expect(run).toMatchObject({ state: 'completed', steps: [{ counts: { completed: 1 } }] });
});

describe('a task that ends each agent that it is given, where agents run others beside', () => {
  const KILLER = 5;
  const shared = (items: number[]) => {
    const [step] = map(items).steps;
    return { name: 'w', steps: [{ ...step!, pool_config: { max_size: 1, agent_concurrency: 4 } }] };
  };

  it('is set aside alone', async () => {
    start(20);
    let end = () => {};
    let ended = new Promise<void>((resolve) => (end = resolve));
    const agentEnds = () => {
      end();
      ended = new Promise<void>((resolve) => (end = resolve));
    };
    let beside = 0;
    flow.behave = async (input) => {
      const gone = ended.then(() => lost('AGENT_LOST'));
      if (input === KILLER) {
        await sleep(20);
        agentEnds();
        return gone;
      }
      const result = await Promise.race([gone, sleep(60).then(() => completed(input))]);
      if (result.kind === 'lost') beside += 1;
      return result;
    };
    const items = Array.from({ length: ITEMS }, (_, i) => i);
    const run = await flow.runToEnd(shared(items));
    expect(beside).toBeGreaterThan(0);
    const states = (await tasksOf(run.id, ITEMS)).map((task) => task.state);
    expect(states).toEqual(items.map((item) => (item === KILLER ? 'failed' : 'completed')));
    expect(run.steps[0]).toMatchObject({ error: { code: 'POISON' } });
  });
});
