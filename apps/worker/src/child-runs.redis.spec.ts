import { type DefinitionInput, type Json, validateDefinition } from '@agentainer/core';
import type { AttemptResult, RunRecord } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => {
  flow = made;
});

const failed = (code: string, retryable = false): AttemptResult => ({
  kind: 'failed',
  error: { code, message: 'no' },
  retryable,
  suspect: false,
});

/** A workflow whose steps agents of the image `x` work on. */
async function workflow(steps: DefinitionInput['steps'], config: object = {}): Promise<string> {
  return (await flow.workflows.create(validateDefinition({ name: 'child', steps, config }))).id;
}
const child = (id: string, more: object = {}) =>
  ({ type: 'workflow' as const, name: 'c', workflow: id, ...more }) as const;
const agents: DefinitionInput['steps'] = [{ name: 'a', image: 'x' }];

async function childrenOf(runId: string, step?: string): Promise<RunRecord[]> {
  const { items } = await flow.runs.children(runId, { limit: 1_000, step });
  return Promise.all(items.map(async ({ childId }) => (await flow.runs.load(childId))!));
}

/** Waits until so many children of a run are there. */
async function children(runId: string, count: number): Promise<RunRecord[]> {
  for (const until = Date.now() + 15_000; ;) {
    const { items } = await flow.runs.children(runId, { limit: 1_000 });
    const found = await Promise.all(items.map(({ childId }) => flow.runs.load(childId)));
    if (found.length === count && found.every((run) => run !== undefined)) return found;
    if (Date.now() > until) throw new Error(`there are ${found.length} children`);
  }
}

/** Starts a run whose workflow steps are worked on, as are the steps of their workflows. */
async function started(steps: DefinitionInput['steps'], input: Json = null): Promise<string> {
  await flow.work({ name: 'w', steps: agents });
  return flow.start({ name: 'w', steps }, input);
}
const ran = async (steps: DefinitionInput['steps'], input: Json = null) =>
  flow.finished(await started(steps, input));

it('runs a workflow as a step: its input, its result, and the run that stands behind it', async () => {
  const id = await workflow([{ name: 'a', image: 'x' }]);
  flow.behave = (input) => completed({ got: input });
  const run = await ran([child(id, { input: { input: '/n' } })], { n: 7 });
  expect(run.state).toBe('completed');
  expect(await flow.result(run.id)).toEqual({ got: 7 });
  const [task] = await flow.runs.tasks(run.id, 'c', 0, 1);
  const [only, ...others] = await childrenOf(run.id);
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    id: task!.agentId,
    state: 'completed',
    workflowId: id,
    workflowVersion: 1,
    parent: { runId: run.id, step: 'c', index: 0, depth: 1 },
  });
  expect((await flow.runs.active({ limit: 10 })).items).toEqual([]);
});

it('runs the version that is named, or else the latest one', async () => {
  const id = await workflow(agents);
  await flow.workflows.update(id, validateDefinition({ name: 'two', steps: agents }));
  const run = await ran([child(id, { version: 1 }), child(id, { name: 'd' })]);
  expect((await childrenOf(run.id)).map((c) => [c.parent!.step, c.workflowVersion])).toEqual([
    ['c', 1],
    ['d', 2],
  ]);
});

it('maps over runs, so many at once, and gives their results in the order of the items', async () => {
  const id = await workflow(agents);
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 30 }, (_, i) => i);
  const steps = [
    child(id, { items, max_parallel: 3 }),
    { type: 'reduce' as const, name: 'r', image: 'x', over: 'c' },
  ];
  flow.behave = async (input) => {
    if (Array.isArray(input)) return completed(input);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return completed((input as number) * 2);
  };
  const run = await ran(steps);
  expect(run).toMatchObject({ state: 'completed', steps: [{ counts: { completed: 30 } }, {}] });
  expect(await flow.result(run.id)).toEqual(
    items.map((i) => ({ index: i, status: 'completed', result: i * 2 })),
  );
  expect(most).toBeLessThanOrEqual(3);
  const children = await childrenOf(run.id, 'c');
  expect(children.map((c) => c.parent!.index)).toEqual(items);
});

it('goes on with children that end without a task, however many they are', async () => {
  const id = await workflow([{ name: 'a', image: 'x', when: 'input < 0' }]);
  const run = await ran([child(id, { items: { range: { from: 1, to: 300 } }, max_parallel: 2 })]);
  expect(run).toMatchObject({ state: 'completed', steps: [{ counts: { completed: 300 } }] });
}, 60_000);

it('fails with the error of its child, and tries again where it is told to', async () => {
  const id = await workflow([{ name: 'a', image: 'x', retry: { max_attempts: 1 } }]);
  let times = 0;
  flow.behave = () => (++times < 3 ? failed('QUOTA') : completed('at last'));
  const run = await ran([child(id, { retry: { max_attempts: 3, delay: 1 } })]);
  expect(run.state).toBe('completed');
  const children = await childrenOf(run.id);
  expect(children.map((c) => c.state)).toEqual(['failed', 'failed', 'completed']);
  times = -100;
  const once = await flow.finished(await flow.start({ name: 'w', steps: [child(id)] }));
  expect(once).toMatchObject({ state: 'failed', error: { code: 'CHILD_FAILED' } });
  expect(once.error!.message).toMatch(/^step c: run run_\w+ is failed: QUOTA: step a: no$/);
  expect(await childrenOf(once.id)).toHaveLength(1);
});

it.each([
  ['a workflow that is gone', () => child('wf_00000000000000000000000000'), 'WORKFLOW_NOT_FOUND'],
  ['an input that is not there', (id: string) => child(id, { input: { input: '/none' } }), 'INPUT_INVALID'],
])('fails at once for %s', async (_, step, code) => {
  const run = await ran([step(await workflow(agents))]);
  expect(run).toMatchObject({ state: 'failed', error: { code } });
  expect(await childrenOf(run.id)).toEqual([]);
});

it('refuses a result and an input that are too large', async () => {
  const id = await workflow(agents);
  flow.behave = (_, { index }) => completed(index === 0 ? 'x'.repeat(1_100_000) : 1);
  const run = await ran([child(id)]);
  expect(run).toMatchObject({ state: 'failed', error: { code: 'RESULT_TOO_LARGE' } });
  const large = await flow.finished(
    await flow.start({ name: 'w', steps: [child(id)] }, 'x'.repeat(4_200_000)),
  );
  expect(large).toMatchObject({ state: 'failed', error: { code: 'INPUT_INVALID' } });
});

it('stops where workflows start one another without end', async () => {
  const id = await workflow(agents);
  await flow.workflows.update(id, validateDefinition({ name: 'child', steps: [child(id)] }));
  const run = await ran([child(id)]);
  expect(run.error).toMatchObject({
    code: 'CHILD_FAILED',
    message: expect.stringContaining('CHILD_TOO_DEEP') as string,
  });
  let depth = 0;
  for (let [next] = await childrenOf(run.id); next; [next] = await childrenOf(next.id)) {
    expect(next).toMatchObject({ state: 'failed', parent: { depth: (depth += 1) } });
  }
  expect(depth).toBe(8);
});

describe('a parent that ends before its children', () => {
  const waits: DefinitionInput['steps'] = [{ type: 'wait', name: 'w', signal: { name: 's' } }];
  const atWork = async (more: object = {}) => {
    const id = await workflow(waits);
    const runId = await started([child(id, { items: [1, 2, 3], ...more }), { name: 'o', image: 'x' }]);
    await children(runId, 3);
    return runId;
  };
  const allEnd = async (runId: string, state: string) => {
    for (const { id } of await childrenOf(runId)) {
      await flow.until(id, (run) => run.state !== 'running');
      expect((await flow.runs.load(id))!.state).toBe(state);
    }
    await expect(childrenOf(runId)).resolves.toHaveLength(3);
  };

  it('takes them with it when it is cancelled', async () => {
    const runId = await atWork();
    await flow.control.cancel(runId);
    await allEnd(runId, 'cancelled');
    expect((await flow.runs.load(runId))!.steps[0]).toMatchObject({ counts: { cancelled: 3 } });
  });

  it('takes them with it when one failed and the others are not wanted', async () => {
    const runId = await atWork({ on_failure: 'fail_fast' });
    const [first] = await childrenOf(runId);
    await flow.control.cancel(first!.id);
    await flow.finished(runId);
    await allEnd(runId, 'cancelled');
    expect(await flow.runs.load(runId)).toMatchObject({
      state: 'failed',
      error: { code: 'CHILD_CANCELLED' },
      steps: [{ counts: { failed: 1, cancelled: 2 } }, {}],
    });
  });

  it('takes them with it when its step has no more time, by the sweeper where nobody told them', async () => {
    const runId = await atWork({ step_timeout: '1h' });
    flow.queue.wakeRuns = () => Promise.resolve();
    await flow.redis.hset(flow.keys.runSteps(runId), 'c:openedAt', 1);
    await flow.advancer.advance(runId);
    expect((await flow.finished(runId)).steps[0]!.state).toBe('timed_out');
    expect((await childrenOf(runId)).map((c) => c.state)).toEqual(['running', 'running', 'running']);
    await flow.sweeper.sweep();
    await allEnd(runId, 'cancelled');
  });

  it('starts no others while it is paused, and goes on when it is resumed', async () => {
    const id = await workflow(waits);
    const runId = await started([child(id, { items: [1, 2, 3], max_parallel: 1 })]);
    await flow.until(runId, (run) => run.steps[0]!.counts.running === 1);
    await flow.control.pause(runId);
    const [first] = await children(runId, 1);
    const goOn = async (childId: string) => {
      await flow.runs.waits.sendSignal(childId, 's', 1);
      await flow.advancer.advance(childId);
      await flow.finished(childId);
    };
    await goOn(first!.id);
    await flow.until(runId, (run) => run.steps[0]!.counts.completed === 1);
    expect(await childrenOf(runId)).toHaveLength(1);
    await flow.control.resume(runId);
    for (const count of [2, 3]) await goOn((await children(runId, count)).at(-1)!.id);
    expect((await flow.finished(runId)).state).toBe('completed');
  });
});

it('deletes the children of a run with it, and none while one of them runs', async () => {
  const id = await workflow(agents);
  const middle = await workflow([child(id, { items: [1, 2] })]);
  const run = await ran([child(middle, { items: [1, 2] })]);
  const all = await childrenOf(run.id);
  const below = (await Promise.all(all.map((c) => childrenOf(c.id)))).flat();
  expect(below).toHaveLength(4);
  expect(await flow.control.delete(run.id)).toBe(true);
  for (const gone of [run, ...all, ...below]) expect(await flow.runs.load(gone.id)).toBeUndefined();
  expect(await flow.redis.keys(`${flow.keys.prefix}:run:*`)).toEqual([]);
});

it('runs again only the children that failed', async () => {
  const id = await workflow([{ name: 'a', image: 'x', retry: { max_attempts: 1 } }]);
  flow.behave = (input) => (input === 2 ? failed('X') : completed(input));
  const run = await ran([child(id, { items: [1, 2, 3] })]);
  expect(run).toMatchObject({ state: 'failed', steps: [{ counts: { completed: 2, failed: 1 } }] });
  flow.behave = (input) => completed(`again ${String(input)}`);
  const again = await flow.rerunner.rerun(run.id, { scope: { kind: 'failed_only' } });
  expect((await flow.finished(again.id)).state).toBe('completed');
  expect(await flow.result(again.id)).toEqual([1, 'again 2', 3]);
  expect((await childrenOf(again.id)).map((c) => c.parent!.index)).toEqual([1]);
});

it('is as urgent as its parent, unless its own definition says how urgent it is', async () => {
  const [plain, own] = [await workflow(agents), await workflow(agents, { priority: 2 })];
  await flow.work({ name: 'w', steps: agents });
  const steps = [child(plain), { ...child(own), name: 'd' }];
  const runId = await flow.start({ name: 'w', config: { priority: 7 }, steps }, null);
  expect((await flow.finished(runId)).state).toBe('completed');
  const priorities = async (step: string) => {
    const [run] = await childrenOf(runId, step);
    return (await flow.runs.definition(run!.id))!.config.priority;
  };
  expect([await priorities('c'), await priorities('d')]).toEqual([7, 2]);
});
