import { jest } from '@jest/globals';
import { InvalidInputError } from '@agentainer/core';
import { type AttemptResult, type RunRecord, StepChanger } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
let changer: StepChanger;
forEachTest((made) => {
  flow = made;
  changer = new StepChanger(flow.runs, flow.queue, flow.advancer);
});

const bad: AttemptResult = {
  kind: 'failed',
  error: { code: 'BAD', message: 'no' },
  retryable: false,
  suspect: false,
};

const definition = (more: object) => ({
  name: 'w',
  steps: [
    {
      type: 'map' as const,
      name: 'm',
      image: 'x',
      items: { range: { from: 0, to: 19 } },
      max_parallel: 1,
      ...more,
    },
  ],
});

/** Runs a step whose tasks all fail; `atTask` is awaited while the task of that number runs. */
async function failing(more: object, atTask: number, change: (runId: string) => unknown): Promise<RunRecord> {
  flow.behave = async (_, { runId, index }) => {
    if (index === atTask) await change(runId);
    return bad;
  };
  return flow.runToEnd(definition({ ...more }));
}

const tolerate = (failureTolerance: number | string) => (runId: string) =>
  changer.change(runId, 'm', { failureTolerance });

it('fails a step at once that has more failures than are tolerated from now on', async () => {
  const fast = { on_failure: 'fail_fast', failure_tolerance: '100%' };
  const run = await failing(fast, 5, tolerate(2));
  expect(run.state).toBe('failed');
  expect(run.steps[0]!.counts).toMatchObject({ failed: 5, cancelled: 15 });
});

it('fails a step as soon as it has more failures than are tolerated since', async () => {
  const fast = { on_failure: 'fail_fast', failure_tolerance: '100%' };
  const run = await failing(fast, 5, tolerate('40%'));
  expect(run.steps[0]).toMatchObject({ state: 'failed', counts: { failed: 9 }, failureTolerance: '40%' });
});

it('goes on with a step of which more may fail from now on', async () => {
  const fast = { on_failure: 'fail_fast', failure_tolerance: 3 };
  const run = await failing(fast, 3, tolerate(20));
  expect(run.steps[0]).toMatchObject({ state: 'completed', counts: { failed: 20 } });
});

it('judges a step that does not fail fast at its end', async () => {
  const lowered = await failing({ failure_tolerance: '100%' }, 5, tolerate(2));
  expect(lowered.steps[0]).toMatchObject({ state: 'failed', counts: { failed: 20 } });
  const raised = await failing({}, 5, tolerate('100%'));
  expect(raised.steps[0]).toMatchObject({ state: 'completed', counts: { failed: 20 } });
});

it('has no tolerance where one success is enough', async () => {
  const id = await flow.start(definition({ continue_on_partial: true }));
  await expect(tolerate(3)(id)).rejects.toThrow(InvalidInputError);
});

it('queues as many lanes as may run where that is changed while the step is opened', async () => {
  flow.behave = (input) => completed(input);
  const apply = flow.runs.apply.bind(flow.runs);
  jest.spyOn(flow.runs, 'apply').mockImplementationOnce(async (...given) => {
    await changer.change(given[0], 'm', { maxParallel: 3 });
    return apply(...given);
  });
  const queued = jest.spyOn(flow.queue, 'addRun');
  await flow.start(definition({}));
  expect(queued.mock.calls.map(([, steps]) => steps)).toMatchObject([[{ step: 'm', lanes: 3 }]]);
});
