import type { StepInput } from '@agentainer/core';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => {
  flow = made;
});

type Items = Extract<StepInput, { type: 'map' }>['items'];
const map = (items: Items, more: object = {}) => ({
  type: 'map' as const,
  name: 'm',
  image: 'x',
  items,
  ...more,
});

it.each([
  [{ from: 1, to: 5 }, [1, 2, 3, 4, 5]],
  [{ from: 0, to: 9, step: 4 }, [0, 4, 8]],
  [{ from: 3, to: 1, step: -1 }, [3, 2, 1]],
  [{ from: 2, to: 1 }, []],
])('works through the range %j', async (range, items) => {
  const run = await flow.runToEnd({ name: 'w', steps: [map({ range })] });
  expect(run.state).toBe('completed');
  expect(await flow.result(run.id)).toEqual(items);
});

it('takes items from a list and from a set of the state', async () => {
  const numbers = Array.from({ length: 1_203 }, (_, i) => i);
  flow.behave = async (input, { step, runId, index, token }) => {
    if (step !== 'fill') return completed(input);
    await flow.state.put(runId, { list: numbers });
    for (const [seq, value] of ['b', 'a', 'b'].entries()) {
      const operation = { op: 'addToSet' as const, key: 'set', value };
      await flow.state.apply({ runId, step, index, token, agentId: 'inline', seq: seq + 1, operation });
    }
    return completed(null);
  };
  const after = { depends_on: ['fill'] };
  const run = await flow.runToEnd({
    name: 'w',
    steps: [
      { name: 'fill', image: 'x' },
      map({ state: 'list' }, { ...after, name: 'list' }),
      map({ state: 'set' }, { ...after, name: 'set' }),
    ],
  });
  expect(await flow.result(run.id)).toEqual({ list: numbers, set: ['a', 'b'] });
});

it('fails a step whose key of the state holds no list', async () => {
  flow.behave = async (input, { runId }) => {
    await flow.state.put(runId, { number: 3 });
    return completed(input);
  };
  const run = await flow.runToEnd({
    name: 'w',
    steps: [{ name: 'fill', image: 'x' }, map({ state: 'number' }, { depends_on: ['fill'] })],
  });
  const message = 'step m: items: the state has no list under "number"';
  expect(run).toMatchObject({ state: 'failed', error: { code: 'INPUT_INVALID', message } });
});

it('works through the results of another map, page by page', async () => {
  const range = { from: 1, to: 1_100 };
  const steps = [map({ range }, { name: 'a' }), map({ step: 'a' }, { name: 'b' })];
  flow.behave = (input) => completed((input as number) * 2);
  const run = await flow.runToEnd({ name: 'w', steps });
  expect(await flow.result(run.id)).toEqual(Array.from({ length: 1_100 }, (_, i) => (i + 1) * 4));
});

it('leaves a step with the items of whoever opened it first', async () => {
  const id = await flow.start({
    name: 'w',
    steps: [{ name: 'a', image: 'x' }, map([1], { depends_on: ['a'] })],
  });
  const open = (layout: string) => ({ kind: 'open' as const, step: 'm', total: 1, layout });
  await flow.runs.putItems(id, 'm', 'first', 0, ['"first"']);
  await flow.runs.putItems(id, 'm', 'second', 0, ['"second"']);
  expect((await flow.runs.apply(id, [open('first'), open('second')])).applied).toEqual([true, false]);
  const { claim } = await flow.ledger.completeAndClaim({ runId: id, step: 'm', agentId: 'a' });
  expect(claim).toMatchObject({ kind: 'task', task: { item: '"first"' } });
});

it('does not open a step whose items were forgotten meanwhile', async () => {
  const id = await flow.start({
    name: 'w',
    steps: [{ name: 'a', image: 'x' }, map([1], { depends_on: ['a'] })],
  });
  await flow.runs.putItems(id, 'm', 'l1', 0, ['1']);
  await flow.runs.dropItems(id, 'm', 'l1');
  const { applied } = await flow.runs.apply(id, [{ kind: 'open', step: 'm', total: 1, layout: 'l1' }]);
  expect(applied).toEqual([false]);
  expect(await flow.runs.stepState(id, 'm')).toBe('pending');
});

it('works through 20,000 items', async () => {
  const pool_config = { max_size: 8 };
  const steps = [map({ range: { from: 1, to: 20_000 } }, { pool_config })];
  const run = await flow.runToEnd({ name: 'w', steps });
  expect(run.steps[0]).toMatchObject({ total: 20_000, counts: { completed: 20_000 } });
  const last = await flow.runs.outcomes(run.id, 'm', 19_999, 1);
  expect(last).toEqual([{ result: '20000' }]);
}, 90_000);

it('gives each task a list of items where they are batched', async () => {
  const inputs: unknown[] = [];
  flow.behave = (input) => {
    inputs.push(input);
    return completed((input as number[]).reduce((sum, n) => sum + n, 0));
  };
  const items = { range: { from: 1, to: 10 } };
  const run = await flow.runToEnd({
    name: 'w',
    steps: [
      { type: 'map', name: 'm', image: 'x', items, batch_size: 4 },
      { type: 'map', name: 'again', image: 'x', items: { step: 'm' }, batch_bytes: 7 },
    ],
  });
  expect(run.steps.map((step) => step.total)).toEqual([3, 2]);
  expect(inputs.slice(0, 3).sort()).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10],
  ]);
  expect(inputs.slice(3).sort()).toEqual([[10, 26], [19]]);
  expect(await flow.result(run.id)).toEqual([36, 19]);
});
