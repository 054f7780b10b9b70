import { Rerunner } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => {
  flow = made;
});

const map = { type: 'map' as const, name: 'm', image: 'x', items: [0, 1, 2, 3] };

it('leaves dropped items out of the results, and counts them', async () => {
  flow.behave = (input) => ((input as number) % 2 === 0 ? { kind: 'dropped' } : completed(input));
  const run = await flow.runToEnd({ name: 'w', steps: [map] });
  expect(run.state).toBe('completed');
  expect(run.steps[0]).toMatchObject({ total: 4, dropped: 2, counts: { completed: 4 } });
  expect(await flow.result(run.id)).toEqual([1, 3]);
});

it('shows the others in their places to a reduce step, and gives them to a map after it', async () => {
  flow.behave = (input, { kind, step }) =>
    kind === 'map' && step === 'm' && input !== 2 ? { kind: 'dropped' } : completed(input);
  const steps = [
    map,
    { type: 'map' as const, name: 'again', image: 'x', items: { step: 'm' } },
    { type: 'reduce' as const, name: 'r', image: 'x', over: 'm' },
  ];
  const run = await flow.runToEnd({ name: 'w', steps });
  expect(await flow.result(run.id)).toEqual({
    again: [2],
    r: [{ index: 2, status: 'completed', result: 2 }],
  });
});

it('completes with no result where every item is dropped', async () => {
  flow.behave = () => ({ kind: 'dropped' });
  const run = await flow.runToEnd({ name: 'w', steps: [map] });
  expect(run.state).toBe('completed');
  expect(await flow.result(run.id)).toEqual([]);
});

it('is not for a step without items', async () => {
  flow.behave = () => ({ kind: 'dropped' });
  const run = await flow.runToEnd({ name: 'w', steps: [{ name: 'a', image: 'x' }] });
  expect(run).toMatchObject({ state: 'failed', error: { code: 'AGENT_PROTOCOL' } });
});

it('keeps what was dropped when only what failed is run again', async () => {
  let isFixed = false;
  flow.behave = (input) => {
    if (input === 0) return { kind: 'dropped' };
    if (input !== 1 || isFixed) return completed(input);
    return { kind: 'failed', error: { code: 'BAD', message: 'no' }, retryable: false, suspect: false };
  };
  const failed = await flow.runToEnd({ name: 'w', steps: [map] });
  expect(failed.state).toBe('failed');
  isFixed = true;
  const rerunner = new Rerunner(flow.runs, flow.starter, flow.advancer);
  const { id } = await rerunner.rerun(failed.id, { scope: { kind: 'failed_only' } });
  const run = await flow.finished(id);
  expect(run.steps[0]).toMatchObject({ total: 4, dropped: 1, counts: { completed: 4 } });
  expect(await flow.result(id)).toEqual([1, 2, 3]);
});
