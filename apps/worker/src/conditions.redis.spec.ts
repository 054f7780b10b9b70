import { newId, validateDefinition } from '@agentainer/core';
import type { AttemptResult, RunRecord } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let test: FlowTest;
forEachTest((made) => {
  test = made;
});

const failed = (code: string): AttemptResult => ({
  kind: 'failed',
  error: { code, message: 'no' },
  retryable: false,
  suspect: false,
});
const statesOf = (run: RunRecord) => Object.fromEntries(run.steps.map((s) => [s.name, s.state]));

const seq = (name: string, more: object = {}) => ({ name, image: 'x', ...more });

it('takes the branch whose condition holds, over input, state and results', async () => {
  test.behave = async (input, { step, runId }) => {
    if (step === 'check') await test.state.put(runId, { mode: 'fast' });
    return completed(step === 'check' ? { score: 7 } : step === 'join' ? input : step);
  };
  const run = await test.runToEnd(
    {
      name: 'w',
      steps: [
        seq('check'),
        seq('good', {
          depends_on: ['check'],
          when: 'results.check.score >= input.least && state.mode == "fast"',
        }),
        seq('bad', { depends_on: ['check'], when: 'results.check.score < input.least' }),
        seq('after-bad', { depends_on: ['bad'] }),
        seq('join', { depends_on: ['good', 'after-bad'], join: 'none_failed' }),
      ],
    },
    { least: 5 },
  );
  expect(run.state).toBe('completed');
  expect(statesOf(run)).toEqual({
    check: 'completed',
    good: 'completed',
    bad: 'skipped',
    'after-bad': 'skipped',
    join: 'completed',
  });
  expect(await test.result(run.id)).toEqual({ good: 'good', 'after-bad': null });
});

it('fails the step where its condition cannot be told', async () => {
  const run = await test.runToEnd({ name: 'w', steps: [seq('a', { when: 'input.n > 1' })] }, { m: 1 });
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'CONDITION_FAILED', message: 'step a: its condition: No such key: n' },
    steps: [{ state: 'failed', error: { code: 'CONDITION_FAILED' } }],
  });
});

it('refuses to look at what is large, and picks what is small out of the rest', async () => {
  const large = 'x'.repeat(100_000);
  test.behave = (_, { step }) => completed(step === 'm' ? large : { large, small: 1 });
  const run = await test.runToEnd({
    name: 'w',
    steps: [
      seq('a'),
      { type: 'map', name: 'm', image: 'x', items: Array(20).fill(0) },
      seq('small', { depends_on: ['a'], when: 'results.a.small == 1' }),
      seq('whole', { depends_on: ['a'], when: 'size(results.a.large) > 1' }),
      seq('list', { depends_on: ['m'], when: 'size(results.m) == 20' }),
    ],
  });
  const errors = Object.fromEntries(run.steps.map((s) => [s.name, s.error?.message]));
  expect(statesOf(run)).toMatchObject({ small: 'completed', whole: 'failed', list: 'failed' });
  expect(errors.whole).toMatch(/looks at 100\d+ bytes/);
  expect(errors.list).toMatch(/the result of step m is larger than 1048576 bytes/);
});

it('goes on as soon as one of several is there, with `any`', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  test.behave = async (_, { step }) => {
    if (step === 'slow') await held;
    if (step === 'after') release();
    return step === 'bad' ? failed('BAD') : completed(step);
  };
  const run = await test.runToEnd({
    name: 'w',
    steps: [
      seq('bad'),
      seq('quick'),
      seq('slow', { image: 'y' }),
      seq('after', { depends_on: ['bad', 'quick', 'slow'], join: 'any' }),
    ],
  });
  expect(statesOf(run)).toEqual({
    bad: 'failed',
    quick: 'completed',
    slow: 'completed',
    after: 'completed',
  });
});

it('decides a condition once, whatever changes meanwhile', async () => {
  const definition = validateDefinition({ name: 'w', steps: [seq('a', { when: 'state.go' })] });
  const id = newId('run');
  await test.runs.create({ id, workflowId: null, workflowVersion: null, definition, input: 'null' });
  await test.runs.settleCondition(id, 'a', { holds: true });
  await test.state.put(id, { go: false });
  await Promise.all([test.advancer.advance(id, true), test.advancer.advance(id)]);
  expect((await test.runs.load(id))!.steps[0]).toMatchObject({ state: 'ready', condition: { holds: true } });
});
