import { type TaskOutcome, validateDefinition } from '@agentainer/core';
import { type AttemptResult, Rerunner } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => {
  flow = made;
});

const bad = (retryable = false): AttemptResult => ({
  kind: 'failed',
  error: { code: 'BAD', message: 'no' },
  retryable,
  suspect: false,
});
const definition = (items: number, more: object = {}, reduce: object = {}) => ({
  name: 'w',
  steps: [
    {
      type: 'map' as const,
      name: 'm',
      image: 'x',
      items: { range: { from: 0, to: items - 1 } },
      pool_config: { max_size: 3 },
      retry: { max_attempts: 1 },
      ...more,
    },
    { type: 'reduce' as const, name: 'r', image: 'x', over: 'm', stream: true, ...reduce },
  ],
});
const indexes = (outcomes: TaskOutcome[]) => outcomes.map(({ index }) => index);

/** The outcomes one by one, as an agent's kit gives them to a reducer. */
async function* outcomesOf(input: AsyncIterable<string>): AsyncGenerator<TaskOutcome> {
  let text = '';
  let given = 0;
  for await (const part of input) {
    text += part;
    const all = JSON.parse(text.endsWith(']') && part.endsWith(']') ? text : `${text}]`) as TaskOutcome[];
    for (; given < all.length; given++) yield all[given]!;
  }
}
/** What a reducer resulted in that goes through so many of the outcomes, or through all. */
async function reduce(input: AsyncIterable<string>, most = Infinity): Promise<TaskOutcome[]> {
  const seen: TaskOutcome[] = [];
  for await (const outcome of outcomesOf(input)) if (seen.push(outcome) >= most) break;
  return seen;
}

it('gives a reducer the outcomes as they come, in the order in which they do', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  flow.behave = async (input) => {
    if (input === 0) await released;
    return input === 2 ? bad() : input === 3 ? { kind: 'dropped' } : completed(input);
  };
  flow.behaveAlong = async (input) => {
    const seen: TaskOutcome[] = [];
    for await (const outcome of outcomesOf(input)) if (seen.push(outcome) === 2) release();
    return completed(seen);
  };
  const run = await flow.runToEnd(definition(4, { failure_tolerance: 1 }));
  expect(run.state).toBe('completed');
  const seen = (await flow.result(run.id)) as TaskOutcome[];
  expect(indexes(seen).sort()).toEqual([0, 1, 2]);
  expect(seen[2]).toEqual({ index: 0, status: 'completed', result: 0 });
  expect(seen).toContainEqual({ index: 2, status: 'failed', error: { code: 'BAD', message: 'no' } });
});

it('ends the map when the reducer has what it needs', async () => {
  flow.behave = (input) => new Promise((resolve) => setTimeout(() => resolve(completed(input)), 10));
  flow.behaveAlong = async (input) => completed(indexes(await reduce(input, 2)));
  const run = await flow.runToEnd(definition(200, { max_parallel: 1 }));
  expect(run.state).toBe('completed');
  expect(await flow.result(run.id)).toEqual([0, 1]);
  const [map] = run.steps;
  expect(map).toMatchObject({ state: 'completed', total: 200, counts: { pending: 0, running: 0 } });
  expect(map!.counts.cancelled).toBeGreaterThan(0);
  expect(map!.counts.cancelled + map!.counts.completed).toBe(200);
});

it('does not end a map that another step needs', async () => {
  flow.behaveAlong = async (input) => completed(indexes(await reduce(input, 1)).length);
  const { steps, ...rest } = definition(30, { max_parallel: 1 });
  const both = [...steps, { type: 'reduce' as const, name: 'all', image: 'x', over: 'm' }];
  flow.behave = (input, { step }) => completed(step === 'all' ? (input as unknown[]).length : input);
  const run = await flow.runToEnd({ ...rest, steps: both });
  expect(await flow.result(run.id)).toEqual({ r: 1, all: 30 });
});

it('leaves the map alone when the reducer fails', async () => {
  flow.behaveAlong = async (input) => {
    await reduce(input, 1);
    return bad();
  };
  const run = await flow.runToEnd(definition(20, { max_parallel: 1 }));
  expect(run).toMatchObject({ state: 'failed', error: { code: 'BAD' } });
  expect(run.steps).toMatchObject([
    { state: 'completed', counts: { completed: 20 } },
    { state: 'failed', counts: { failed: 1 } },
  ]);
});

it('ends the reducer with a map that fails', async () => {
  flow.behave = (input) => (input === 3 ? bad() : completed(input));
  let given = false;
  flow.behaveAlong = (input, { signal }) => {
    void reduce(input).then(() => (given = true));
    const stopped: AttemptResult = { kind: 'stopped', error: { code: 'ATTEMPT_LOST', message: 'stopped' } };
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(stopped)));
  };
  const run = await flow.runToEnd(definition(20, { max_parallel: 1, on_failure: 'fail_fast' }));
  expect(run).toMatchObject({ state: 'failed', error: { code: 'BAD' } });
  expect(run.steps).toMatchObject([{ state: 'failed' }, { state: 'cancelled', counts: { cancelled: 1 } }]);
  expect(given).toBe(false);
});

it.each<AttemptResult>([bad(true), { kind: 'lost', error: { code: 'AGENT_LOST', message: 'gone' } }])(
  'begins anew where the reducer is tried again: $kind',
  async (end) => {
    flow.behaveAlong = async (input, { attempt }) => {
      const seen = indexes(await reduce(input, attempt === 1 ? 3 : Infinity));
      return attempt === 1 ? end : completed(seen);
    };
    const run = await flow.runToEnd(definition(10, { max_parallel: 1 }, { retry: { delay: '1ms' } }));
    expect(run.state).toBe('completed');
    expect(await flow.result(run.id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },
);

it('gives an empty list for a map without items, and pages through many', async () => {
  flow.behaveAlong = async (input) => completed((await reduce(input)).length);
  await flow.work(definition(1));
  const none = await flow.finished(await flow.start({ ...definition(1, { items: [] }) }));
  expect(await flow.result(none.id)).toBe(0);
  const many = await flow.finished(await flow.start(definition(450)));
  expect(await flow.result(many.id)).toBe(450);
});

it('gives the same outcomes to a rerun from the reducer, and runs failed tasks again beside it', async () => {
  let isFixed = false;
  flow.behave = (input) => (input === 1 && !isFixed ? bad() : completed(input));
  flow.behaveAlong = async (input) => completed((await reduce(input)).map(({ status }) => status).sort());
  const first = await flow.runToEnd(definition(3, { failure_tolerance: 1 }));
  const rerunner = new Rerunner(flow.runs, flow.starter, flow.advancer);
  const again = async (scope: Parameters<Rerunner['rerun']>[1]['scope']) =>
    flow.result((await flow.finished((await rerunner.rerun(first.id, { scope })).id)).id);
  expect(await again({ kind: 'from_step', step: 'r' })).toEqual(['completed', 'completed', 'failed']);
  isFixed = true;
  expect(await again({ kind: 'failed_only' })).toEqual(['completed', 'completed', 'completed']);
});

it('has nothing to run again after a map that was ended early', async () => {
  flow.behaveAlong = async (input) => completed(indexes(await reduce(input, 1)));
  const run = await flow.runToEnd(definition(500, { max_parallel: 1 }));
  expect(run.steps[0]!.counts.cancelled).toBeGreaterThan(0);
  const rerunner = new Rerunner(flow.runs, flow.starter, flow.advancer);
  await expect(rerunner.rerun(run.id, { scope: { kind: 'failed_only' } })).rejects.toThrow(/no task/);
});

it('holds no slot of a limit that its map needs', async () => {
  flow.behaveAlong = async (input) => completed((await reduce(input)).length);
  const config = { limits: [{ max_parallel: 1 }] };
  const run = await flow.runToEnd({ ...definition(20), config });
  expect(await flow.result(run.id)).toBe(20);
});

it('is left to others by a worker that stops', async () => {
  let begun: () => void = () => undefined;
  const begins = new Promise<void>((resolve) => (begun = resolve));
  flow.behave = (_, { signal }) =>
    new Promise((resolve) => {
      const end = () => resolve(completed(null));
      void begins.then(() => setTimeout(end, 100));
      signal.addEventListener('abort', end);
    });
  flow.behaveAlong = (_, { signal }) => {
    begun();
    const stopped: AttemptResult = { kind: 'stopped', error: { code: 'ATTEMPT_LOST', message: 'stopped' } };
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(stopped)));
  };
  await flow.work(definition(1_000));
  const id = await flow.start(definition(1_000));
  await begins;
  await flow.stop();
  const [map, reducer] = (await flow.runs.load(id))!.steps;
  expect(map).toMatchObject({ state: 'running', counts: { running: 0 } });
  expect(reducer).toMatchObject({ state: 'running', counts: { retrying: 1 } });
});

it('is opened by the sweeper where whoever opened the map died', async () => {
  const valid = validateDefinition(definition(1));
  const id = 'run_streaming';
  const input = 'null';
  await flow.runs.create({ id, workflowId: null, workflowVersion: null, definition: valid, input });
  await flow.runs.putItems(id, 'm', 'l', 0, ['0']);
  await flow.runs.apply(id, [{ kind: 'open', step: 'm', total: 1, layout: 'l' }]);
  await flow.sweeper.sweep();
  const run = await flow.runs.load(id);
  expect(run!.steps).toMatchObject([{ state: 'ready' }, { state: 'ready', total: 1 }]);
});

it('keeps what a running task reports until it ends', async () => {
  let report: (value: string) => void = () => undefined;
  const begun = new Promise<void>((begin) => {
    flow.behave = (_, { onProgress }) =>
      new Promise((resolve) => {
        report = (value) => (value === 'end' ? resolve(completed(1)) : onProgress!(value));
        begin();
      });
  });
  await flow.work({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
  const id = await flow.start({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
  await begun;
  for (let i = 0; i <= 100; i++) report(`{"i":${i}}`);
  const seen = async () => flow.runs.progress(id, 'a');
  await flow.poll(async () => (await seen())[0]?.value === '{"i":100}');
  expect(await seen()).toEqual([{ index: 0, at: expect.any(Number) as number, value: '{"i":100}' }]);
  report('end');
  await flow.finished(id);
  expect(await seen()).toEqual([]);
  expect(await flow.redis.keys(`${flow.keys.run(id)}:step:a:operations*`)).toEqual([]);
});
