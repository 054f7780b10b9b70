import { type DefinitionInput, type Json, validateDefinition } from '@agentainer/core';
import {
  type AttemptEnd,
  type AttemptResult,
  Rerunner,
  ChildRuns,
  RunAdvancer,
  RunControl,
  type RunRecord,
  RunStarter,
} from '@agentainer/engine';
import { silentLogger } from '@agentainer/runtime';
import { connectRedis, type Redis, RedisWorkflowStore } from '@agentainer/store-redis';
import { completed, FlowTest, NO_POOLS } from './flow-test.fixture.js';

let redis: Redis;
let flow: FlowTest;
let control: RunControl;
/** What was run, in this order. */
let done: string[];

const BAD: AttemptResult = {
  kind: 'failed',
  error: { code: 'BAD', message: 'bad' },
  retryable: false,
  suspect: false,
};

beforeEach(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  flow = new FlowTest(redis);
  control = new RunControl(flow.runs, new RedisWorkflowStore(redis, flow.keys), flow.queue, flow.advancer);
  done = [];
});
afterEach(async () => {
  await flow.stop();
  redis.disconnect();
});

/** Notes what runs; the steps named end in their own way. */
function behave(others: Record<string, (input: Json) => AttemptResult | Promise<AttemptResult>> = {}): void {
  flow.behave = (input, { step }) => {
    done.push(step);
    return others[step]?.(input) ?? completed(`${step} of ${JSON.stringify(input)}`);
  };
}

const seq = (name: string, more: object = {}) => ({ name, image: 'x', ...more });
const trip: DefinitionInput = {
  name: 'trip',
  steps: [
    seq('flight', { input: { value: 'f1' } }),
    { type: 'map', name: 'hotels', image: 'x', items: [1, 2], depends_on: ['flight'] },
    seq('pay', { depends_on: ['hotels'] }),
    seq('no-flight', { compensates: 'flight' }),
    seq('no-hotels', { compensates: 'hotels' }),
    seq('no-pay', { compensates: 'pay' }),
  ],
};
const ended = (runId: string) =>
  flow.until(runId, (run) => run.finishedAt > 0 && !['running', 'compensating'].includes(run.state));
const stepsOf = (run: RunRecord) => Object.fromEntries(run.steps.map(({ name, state }) => [name, state]));

it('undoes what completed when a later step fails, the last first, each with the result of what it undoes', async () => {
  const inputs: Json[] = [];
  const note = (input: Json) => (inputs.push(input), completed('undone'));
  behave({ pay: () => BAD, 'no-flight': note, 'no-hotels': note });
  await flow.work(trip);
  const run = await ended(await flow.start(trip));
  expect(run).toMatchObject({ state: 'compensated', error: { code: 'BAD', message: 'step pay: bad' } });
  expect(stepsOf(run)).toEqual({
    flight: 'completed',
    hotels: 'completed',
    pay: 'failed',
    'no-flight': 'completed',
    'no-hotels': 'completed',
    'no-pay': 'skipped',
  });
  expect(done.slice(-2)).toEqual(['no-hotels', 'no-flight']);
  expect(inputs).toEqual([['hotels of 1', 'hotels of 2'], 'flight of "f1"']);
});

it('runs none of it where all went well, and its result is that of the last step', async () => {
  behave();
  await flow.work(trip);
  const run = await ended(await flow.start(trip));
  expect(run.state).toBe('completed');
  expect(done).not.toContain('no-pay');
  expect(await flow.result(run.id)).toMatch(/^pay of/);
});

it('tries a compensating step again, goes on behind one that fails for good, and says so', async () => {
  let tries = 0;
  const retry = { max_attempts: 3, delay: '1ms' };
  const steps = trip.steps.map((step) => (step.name.startsWith('no-') ? { ...step, retry } : step));
  const again: AttemptResult = { ...BAD, retryable: true } as AttemptResult;
  behave({
    pay: () => BAD,
    'no-hotels': () => again,
    'no-flight': () => (++tries < 3 ? again : completed('undone')),
  });
  await flow.work(trip);
  const run = await ended(await flow.start({ ...trip, steps } as DefinitionInput));
  expect(run).toMatchObject({
    state: 'compensation_failed',
    error: { code: 'BAD', message: 'step pay: bad' },
  });
  expect(stepsOf(run)).toMatchObject({ 'no-hotels': 'failed', 'no-flight': 'completed' });
  expect(tries).toBe(3);
});

it('undoes what completed when the run is cancelled; cancelling again changes nothing', async () => {
  let holds: (() => void) | undefined;
  behave({ pay: () => new Promise((resolve) => (holds = () => resolve(completed('late')))) });
  await flow.work(trip);
  const id = await flow.start(trip);
  await flow.until(id, () => holds !== undefined);
  const run = await control.cancel(id);
  expect(run).toMatchObject({ state: 'compensating', error: { code: 'RUN_CANCELLED' } });
  holds!();
  expect(await ended(id)).toMatchObject({ state: 'compensated', error: { code: 'RUN_CANCELLED' } });
  expect(done.slice(-2)).toEqual(['no-hotels', 'no-flight']);
  expect((await control.cancel(id)).state).toBe('compensated');
  await expect(control.pause(id)).rejects.toThrow('is compensated');
});

it('goes on by the sweeper where the process died that was to queue a compensating step', async () => {
  behave();
  const two: DefinitionInput = {
    name: 'two',
    steps: [seq('a'), seq('b', { depends_on: ['a'] }), seq('undo', { compensates: 'a' })],
  };
  const silent = {
    addRun: async () => undefined,
    addSteps: async () => undefined,
    wakeRuns: async () => undefined,
    askForItems: async () => undefined,
    hasLanes: async () => false,
  };
  const children = new ChildRuns(flow.runs, flow.ledger, silent);
  const dying = new RunAdvancer(flow.runs, silent, children);
  const id = (
    await new RunStarter(flow.runs, dying, NO_POOLS, silentLogger).startJob(validateDefinition(two), null)
  ).id;
  await endTask(id, 'a', { kind: 'completed', result: '1' });
  await dying.advance(id);
  await endTask(id, 'b', { kind: 'failed', error: { code: 'BAD', message: 'bad' } });
  await dying.advance(id);
  expect(await flow.runs.load(id)).toMatchObject({
    state: 'compensating',
    steps: [{}, {}, { state: 'ready' }],
  });
  expect(done).toEqual([]);
  await flow.work(two);
  await flow.until(id, (run) => run.readAt > run.steps[2]!.touchedAt + 1);
  await flow.sweeper.sweep();
  expect((await ended(id)).state).toBe('compensated');
  expect(done).toEqual(['undo']);
});

async function endTask(runId: string, step: string, end: AttemptEnd): Promise<void> {
  const { claim } = await flow.ledger.completeAndClaim({ runId, step, agentId: 'agent' });
  if (claim.kind !== 'task') throw new Error(`no task of ${step}: ${claim.kind}`);
  const { index, token } = claim.task;
  await flow.ledger.completeAndClaim({ runId, step, completion: { index, token, end } });
}

it('is repeated as a whole only: what was undone is no good result', async () => {
  behave({ pay: () => BAD });
  await flow.work(trip);
  const { id } = await ended(await flow.start(trip));
  const rerunner = new Rerunner(flow.runs, flow.starter, flow.advancer);
  await expect(rerunner.rerun(id, { scope: { kind: 'failed_only' } })).rejects.toThrow(
    'only be repeated as a whole',
  );
  behave();
  const again = await rerunner.rerun(id, { scope: { kind: 'whole' } });
  expect((await ended(again.id)).state).toBe('completed');
});
