import type { DefinitionInput } from '@agentainer/core';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => {
  flow = made;
});

const plan = { name: 'plan', image: 'x' };
const grown = (more: object = {}) => ({
  type: 'workflow' as const,
  name: 'grown',
  definition: { step: 'plan', ...more },
});

/** Runs a graph whose step `plan` results in this. */
function ran(result: object | string, steps: DefinitionInput['steps'] = [plan, grown()]) {
  flow.behave = (input, { step }) => completed(step === 'plan' ? result : { [step]: input });
  return flow.runToEnd({ name: 'w', steps });
}

it('runs the steps that a step before resulted in', async () => {
  const steps = [
    { name: 'a', image: 'x', input: { value: 1 } },
    { type: 'map', name: 'm', image: 'x', items: [1, 2, 3], depends_on: ['a'] },
  ];
  const run = await ran(steps);
  expect(run.state).toBe('completed');
  expect(await flow.result(run.id)).toEqual([{ m: 1 }, { m: 2 }, { m: 3 }]);
  const { items } = await flow.runs.children(run.id, { limit: 10 });
  expect(items).toHaveLength(1);
  const child = (await flow.runs.load(items[0]!.childId))!;
  expect(child).toMatchObject({ workflowId: null, parent: { runId: run.id, step: 'grown', depth: 1 } });
  expect(child.steps.map((s) => s.name)).toEqual(['a', 'm']);
  // The definition of a run that goes on never changes.
  expect((await flow.runs.definition(run.id))!.steps).toHaveLength(2);
});

it('takes a whole definition from a place in the result, and gives the run an input of its own', async () => {
  const definition = { name: 'made', config: { timeout: '5m' }, steps: [{ name: 'a', image: 'x' }] };
  const steps = [plan, { ...grown({ pointer: '/next' }), input: { value: 7 } }];
  const run = await ran({ next: definition }, steps);
  expect(await flow.result(run.id)).toEqual({ a: 7 });
});

it('maps over runs of it', async () => {
  const run = await ran([{ name: 'a', image: 'x' }], [plan, { ...grown(), items: [1, 2] }]);
  expect(await flow.result(run.id)).toEqual([{ a: 1 }, { a: 2 }]);
});

it('grows on in what has grown, within the same depth', async () => {
  const deeper = (levels: number): object =>
    levels === 0
      ? [{ name: 'a', image: 'x', input: { value: 'ground' } }]
      : [
          { name: 'seed', image: 'x', input: { value: deeper(levels - 1) } },
          { type: 'workflow', name: 'grown', definition: { step: 'seed', pointer: '/seed' } },
        ];
  expect(await flow.result((await ran(deeper(2))).id)).toEqual({ a: 'ground' });
});

it.each<[string, object | string, RegExp]>([
  [
    'all faults of the definition',
    [{ name: 'A', image: 'x' }, { name: 'b' }],
    /^the definition .* cannot be run: steps\[0\]\.name: .*; steps\[1\]\.image: /,
  ],
  ['a graph with a cycle', [{ name: 'a', image: 'x', depends_on: ['a'] }], /is part of a cycle: a → a/],
  ['what is no definition', 'go on', /cannot be run/],
  ['no step at all', [], /steps: must have at least one step/],
  ['too many steps', Array.from({ length: 501 }, (_, i) => ({ name: `s${i}`, image: 'x' })), /steps: /],
  [
    'a workflow that does not exist',
    [{ type: 'workflow', name: 'c', workflow: `wf_${'0'.repeat(26)}` }],
    /steps\[0\]\.workflow: workflow wf_0+ does not exist/,
  ],
  [
    'limits of a workflow',
    { name: 'w', config: { limits: [{ max_parallel: 1 }] }, steps: [{ name: 'a', image: 'x' }] },
    /config\.limits: is of a workflow/,
  ],
  [
    'secrets for steps that an agent planned',
    [{ name: 'a', image: 'x', secrets: ['db'] }],
    /steps\[0\]\.secrets: must not be given/,
  ],
])('fails the step with %s', async (_, result, message) => {
  const run = await ran(result);
  expect(run).toMatchObject({ state: 'failed', steps: [{ state: 'completed' }, { state: 'failed' }] });
  expect(run.steps[1]!.error).toMatchObject({
    code: 'DEFINITION_INVALID',
    message: expect.stringMatching(message) as string,
  });
  expect((await flow.runs.children(run.id, { limit: 10 })).items).toEqual([]);
});

it('fails the step where nothing is at the place that it names, or too much', async () => {
  const nowhere = await ran({ next: [] }, [plan, grown({ pointer: '/other' })]);
  expect(nowhere.error).toMatchObject({
    code: 'DEFINITION_INVALID',
    message: expect.stringContaining('/other') as string,
  });
  const large = Array.from({ length: 12 }, () => 'x'.repeat(100_000));
  flow.behave = (_, { step }) => completed(step === 'plan' ? large : 1);
  const run = await flow.finished(await flow.start({ name: 'w', steps: [plan, grown()] }));
  expect(run.error).toMatchObject({
    code: 'DEFINITION_INVALID',
    message: expect.stringContaining('bytes') as string,
  });
});
