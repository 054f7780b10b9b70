import { randomUUID } from 'node:crypto';
import type { TaskOutcome } from '@agentainer/core';
import { type AttemptResult, estimatedEnd, RunValues } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => {
  flow = made;
});

const bad: AttemptResult = {
  kind: 'failed',
  error: { code: 'BAD', message: 'no' },
  retryable: false,
  suspect: false,
};
const definition = (items: number, fan_in: number, more: object = {}) => ({
  name: 'w',
  steps: [
    { type: 'map' as const, name: 'm', image: 'x', items: { range: { from: 0, to: items - 1 } } },
    { type: 'reduce' as const, name: 'r', image: 'y', over: 'm', fan_in, ...more },
  ],
});
const sum = (outcomes: TaskOutcome[]) =>
  outcomes.reduce((total, outcome) => total + ('result' in outcome ? Number(outcome.result) : 0), 0);

it('reduces level by level, and results in what the last task did', async () => {
  const levels: number[] = [];
  const sizes: number[] = [];
  flow.behave = (input, { kind, level }) => {
    if (kind === 'map') return completed(input);
    levels.push(level!);
    sizes.push((input as unknown[]).length);
    return completed(sum(input as unknown as TaskOutcome[]));
  };
  const run = await flow.runToEnd(definition(305, 10));
  expect(run.state).toBe('completed');
  expect(await flow.result(run.id)).toBe((304 * 305) / 2);
  expect(run.steps[1]).toMatchObject({ total: 31 + 4 + 1, counts: { completed: 36, pending: 0 } });
  expect(levels).toEqual([...levels].sort());
  expect(levels.filter((level) => level === 1)).toHaveLength(4);
  expect(Math.max(...sizes)).toBe(10);
  expect(sizes.reduce((a, b) => a + b)).toBe(305 + 31 + 4);
});

it('shows every task what a reducer gets: outcomes of the map, then those of the level below', async () => {
  const inputs = new Map<number, unknown>();
  flow.behave = (input, { kind, index }) => {
    if (kind === 'reduce') inputs.set(index, input);
    if (kind === 'reduce' || input === 0) return completed('r');
    return input === 1 ? bad : { kind: 'dropped' };
  };
  const { steps, ...rest } = definition(5, 2);
  const run = await flow.runToEnd({
    ...rest,
    steps: [{ ...steps[0]!, failure_tolerance: 1 } as never, steps[1]!],
  });
  expect(run.state).toBe('completed');
  const good = (index: number) => ({ index, status: 'completed', result: 'r' });
  expect([...inputs.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(inputs.get(0)).toEqual([
    good(0),
    { index: 1, status: 'failed', error: { code: 'BAD', message: 'no' } },
  ]);
  expect([1, 2, 3, 4, 5].map((index) => inputs.get(index))).toEqual([
    [],
    [],
    [good(0), good(1)],
    [good(2)],
    [good(3), good(4)],
  ]);
});

it('is one task for few outcomes, and for none', async () => {
  flow.behave = (input, { kind }) => completed(kind === 'map' ? input : (input as unknown[]).length);
  await flow.work(definition(1, 5));
  for (const items of [0, 1, 5]) {
    const run = await flow.finished(await flow.start(definition(items, 5)));
    expect([run.steps[1]!.total, await flow.result(run.id)]).toEqual([1, items]);
  }
});

it('fails at once with one of its tasks', async () => {
  flow.behave = (input, { kind, index }) => (kind === 'reduce' && index === 1 ? bad : completed(input));
  const run = await flow.runToEnd(definition(100, 2, { max_parallel: 1 }));
  expect(run).toMatchObject({ state: 'failed', error: { code: 'BAD' } });
  expect(run.steps[1]).toMatchObject({
    state: 'failed',
    total: 50,
    counts: { completed: 1, failed: 1, cancelled: 48 },
  });
});

it('gives its result to the steps after it', async () => {
  const name = `after-${randomUUID().slice(0, 4)}`;
  const { steps, ...rest } = definition(20, 3);
  flow.behave = (input, { kind }) =>
    completed(kind === 'reduce' ? sum(input as unknown as TaskOutcome[]) : input);
  const run = await flow.runToEnd({
    ...rest,
    steps: [...steps, { name, image: 'x', depends_on: ['r'], when: 'results.r == 190' }],
  });
  expect(await flow.result(run.id)).toBe(190);
  const values = new RunValues(flow.runs, run.id, (await flow.runs.definition(run.id))!);
  expect(await values.ofStep('r')).toBe('190');
});

it('runs as many tasks at once as it may, and no later level in vain', async () => {
  let running = 0;
  let most = 0;
  flow.behave = async (input, { kind }) => {
    if (kind === 'map') return completed(input);
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return completed(1);
  };
  await flow.work(definition(64, 2));
  const run = await flow.finished(await flow.start(definition(64, 2, { max_parallel: 2 })));
  expect(run.state).toBe('completed');
  expect(most).toBe(2);
});

it('adds a level once, whoever advances the run, and lines it up anew for its queue timeout', async () => {
  const plan = definition(4, 2, { queue_timeout: '1h' });
  flow.behave = (input) => completed(input);
  await flow.work({ name: 'w', steps: [plan.steps[0]!] });
  const id = await flow.start(plan);
  await flow.until(id, (run) => run.steps[1]!.state === 'ready');
  for (let i = 0; i < 2; i++) {
    const { claim } = await flow.ledger.completeAndClaim({ runId: id, step: 'r', agentId: 'a' });
    if (claim.kind !== 'task') throw new Error(claim.kind);
    const completion = { ...claim.task, end: { kind: 'completed' as const, result: '1' } };
    await flow.ledger.completeAndClaim({ runId: id, step: 'r', completion });
  }
  await flow.redis.hset(flow.keys.runSteps(id), 'r:openedAt', 1);
  const before = (await flow.runs.load(id))!;
  await Promise.all([flow.advancer.advance(id), flow.advancer.advance(id)]);
  const record = (await flow.runs.load(id))!.steps[1]!;
  expect(record).toMatchObject({ total: 3, generation: 1, counts: { completed: 2, pending: 1 } });
  expect(record.linedUpAt).toBeGreaterThanOrEqual(before.readAt);
  expect(await flow.ledger.expire(id, 'r', 3_600_000)).toBe(0);
  expect(estimatedEnd({ ...record, startedAt: 1_000 }, 3_000)).toBe(4_000);
  expect(estimatedEnd({ ...record, startedAt: 1_000 }, 3_000, 2)).toBe(6_000);
  await flow.work(plan);
  expect((await flow.finished(id)).state).toBe('completed');
});
