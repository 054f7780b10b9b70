import {
  compensatedBy,
  dependenciesOf,
  isTerminal,
  type Definition,
  LIMITS,
  type MapStep,
  readsAlong,
  type ReduceStep,
  reducedStep,
  ReduceTree,
  RUN_TRANSITIONS,
  STEP_TRANSITIONS,
  type Step,
  type StepState,
  type TaskState,
  TASK_TRANSITIONS,
  type TransitionTable,
  validateDefinition,
} from '@agentainer/core';
import type { RunEvent, RunRecord, StepRecord, StoredOutcome } from '@agentainer/engine';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import fc from 'fast-check';
import { EngineWorld } from './model/engine-world.fixture.js';
import type { ModelTask } from './model/ledger-model.fixture.js';
import { COUNTER } from './model/model-agents.fixture.js';
import { type Plan, plans } from './model/plan.fixture.js';
import type { CallFault } from './model/turns.fixture.js';

/** Bounds the search, in milliseconds; each run takes some 50. */
const SEARCH_MS = 8_000;
/** Plays at once: most of a play is waiting for Redis. */
const AT_ONCE = 8;
/** More events than a run of the plans' size has. */
const MANY = 100_000;

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

/** Plays a plan and judges its end; a failure tells all that happened. */
async function play(plan: Plan): Promise<EngineWorld> {
  const world = new EngineWorld(redis, plan);
  try {
    await expectTruth(world, plan, await world.play());
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\nwhat happened:\n${world.trace}`, { cause: error });
  }
  return world;
}

it('keeps to the model whatever graph runs, whatever fails, and whatever is lost', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => void (await play(plan))),
    { numRuns: 1_000, interruptAfterTimeLimit: SEARCH_MS, endOnFailure: false },
  );
}, 60_000);

describe('a process killed at any point of a run', () => {
  const definition = validateDefinition({
    name: 'w',
    steps: [
      { name: 's0', image: 'x' },
      {
        type: 'map',
        name: 's1',
        image: 'x',
        depends_on: ['s0'],
        items: [1, 2, 3],
        continue_on_partial: true,
      },
      { type: 'reduce', name: 's2', image: 'x', depends_on: ['s1'], fan_in: 2 },
      { name: 's3', image: 'x', depends_on: ['s2'] },
      { name: 'undo-s0', image: 'x', compensates: 's0' },
      { name: 'undo-s2', image: 'x', compensates: 's2' },
    ],
  });
  for (const { retry } of definition.steps.filter((step) => step.type !== 'wait')) retry.delay = 0;
  const behaviours: Plan['behaviours'] = {
    s1: ['fails', 'completed', 'fails for good', 'completed'],
    s3: ['fails for good'],
    'undo-s2': ['lost', 'completed'],
  };

  const along = validateDefinition({
    name: 'w',
    steps: [
      { type: 'map', name: 's0', image: 'x', items: [1, 2, 3] },
      { type: 'reduce', name: 's1', image: 'x', over: 's0', stream: true },
    ],
  });
  for (const { retry } of along.steps.filter((step) => step.type !== 'wait')) retry.delay = 0;

  const plansOf: [string, Omit<Plan, 'seed' | 'faults'>][] = [
    ['a graph', { definition, behaviours }],
    ['a step that reads along', { definition: along, behaviours: { s0: ['fails', 'completed'] } }],
    ['one that answers early', { definition: along, behaviours: { s1: ['answers early'] } }],
  ];
  const faults: CallFault[] = ['crash before', 'crash after', 'sent twice'];
  it.each(plansOf.flatMap(([what, plan]) => faults.map((fault) => ({ what, fault, plan }))))(
    '$fault each of the calls of $what',
    async ({ fault, plan }) => {
      const undisturbed = await play({ seed: 1, ...plan, faults: [] });
      const points = undisturbed.turns.log.length;
      expect(points).toBeGreaterThan(20);
      for (let from = 0; from < points; from += AT_ONCE) {
        const some = Array.from({ length: AT_ONCE }, (_, i) => ({ after: from + i, fault }));
        await Promise.all(some.map((one) => play({ seed: 1, ...plan, faults: [one] })));
      }
    },
    60_000,
  );
});

/** Holds a run that has ended against the model, and against what every run must keep to. */
async function expectTruth(world: EngineWorld, plan: Plan, run: RunRecord): Promise<void> {
  expect(run.state).toBe(world.model.runState);
  expect(isTerminal(RUN_TRANSITIONS, run.state)).toBe(true);
  for (const step of run.steps) await expectTasks(world, run, step);
  expectPolicy(plan, run);
  expectReduced(world, plan, run);
  const events = await world.runs.events(run.id, 0, MANY);
  expectHistory(events, run);
  expectOrderOfUndoing(plan, run, events);
  const counted = world.model.contributions.size;
  expect((await world.state.get(run.id, COUNTER)) ?? 0).toBe(counted);
  expect((await world.runs.active({ limit: 10 })).items).toEqual([]);
}

/** Every task has one terminal state and exactly one outcome, that of the attempt which the model lets win. */
async function expectTasks({ model, runs }: EngineWorld, run: RunRecord, step: StepRecord): Promise<void> {
  const { state, tasks } = model.steps.get(step.name)!;
  expect(step.state).toBe(state);
  expect(isTerminal(STEP_TRANSITIONS, step.state)).toBe(true);
  expect(step.total).toBe(tasks.length);
  const counts = { ...step.counts };
  for (const task of tasks) counts[task.state] -= 1;
  expect(Object.values(counts).every((n) => n === 0)).toBe(true);
  const records = await runs.tasks(run.id, step.name, 0, step.total);
  const outcomes = await runs.outcomes(run.id, step.name, 0, step.total);
  expect(records.map((task, i) => ({ ...task, outcome: shortOf(outcomes[i]) }))).toEqual(
    tasks.map((task) =>
      expect.objectContaining({
        state: task.state,
        attempts: task.attempt,
        lost: task.lost,
        outcome: task.outcome,
      }),
    ),
  );
  for (const task of records) expect(isTerminal(TASK_TRANSITIONS, task.state)).toBe(true);
}

function shortOf(outcome: StoredOutcome | undefined) {
  return outcome && 'error' in outcome ? { code: outcome.error.code } : outcome;
}

/** What the steps' tasks and dependencies call for is what the steps and the run came to. */
function expectPolicy({ definition }: Plan, run: RunRecord): void {
  const states = new Map(run.steps.map((s) => [s.name, s.state]));
  const [undo, way] = [true, false].map((is) =>
    definition.steps.filter((step) => (compensatedBy(step) !== undefined) === is),
  ) as [Step[], Step[]];
  const complete = way.every(({ name }) => ['completed', 'skipped'].includes(states.get(name)!));
  const owed = undo.filter((step) => states.get(compensatedBy(step)!) === 'completed');
  if (complete && run.error === undefined) expect(run.state).toBe('completed');
  else if (owed.length === 0)
    expect(run.state).toBe(run.error?.code === 'RUN_TIMEOUT' ? 'timed_out' : 'failed');
  else {
    const undone = owed.every(({ name }) => states.get(name) === 'completed');
    expect(run.state).toBe(undone ? 'compensated' : 'compensation_failed');
  }
  for (const step of undo) {
    if (!run.state.startsWith('compensat') || !owed.includes(step))
      expect(states.get(step.name)).toBe('skipped');
  }
  for (const step of way) {
    const record = run.steps.find((s) => s.name === step.name)!;
    const dependencies = dependenciesOf(step).map((name) => states.get(name)!);
    const could =
      step.join === 'any' && dependencies.length > 0
        ? dependencies.includes('completed')
        : dependencies.every((state) => state === 'completed');
    if (record.state === 'timed_out') continue;
    const endedEarly = record.state === 'completed' && record.counts.cancelled > 0;
    if (readsAlong(step)) expectAlong(step, record, states);
    else if (endedEarly && step.type === 'map') expectEndedEarly(definition, step, run);
    else expect(record.state).toBe(could ? endOf(step, record) : 'skipped');
  }
}

/** A step that reads along ends by its own task, or with a map that did not complete. */
function expectAlong(
  step: ReduceStep,
  { state, counts, total }: StepRecord,
  states: Map<string, StepState>,
): void {
  const others = dependenciesOf(step).filter((name) => name !== step.over);
  const could = others.every((name) => states.get(name) === 'completed');
  if (total === 0) {
    expect(could && states.get(step.over!) === 'completed').toBe(false);
    expect(state).toBe('skipped');
    return;
  }
  expect(could).toBe(true);
  expect(state).toBe(counts.completed ? 'completed' : counts.cancelled ? 'cancelled' : 'failed');
  if (state === 'cancelled') expect(['failed', 'timed_out']).toContain(states.get(step.over!));
}

/** Only a map that nobody waits for but steps that read along, and have ended well, ends before its tasks. */
function expectEndedEarly({ steps }: Definition, map: MapStep, run: RunRecord): void {
  const after = steps.filter((step) => dependenciesOf(step).includes(map.name));
  const ended = after.map(({ name }) => run.steps.find((step) => step.name === name)!.state);
  expect(after.every(readsAlong)).toBe(true);
  expect(new Set(ended)).toEqual(new Set(['completed']));
}

/** What completed last was undone first, and nothing before the run's way had ended. */
function expectOrderOfUndoing({ definition }: Plan, run: RunRecord, events: RunEvent[]): void {
  const begun = events.filter(({ type }) => type === 'step.running').map(({ data }) => data.step!);
  const targets = begun.flatMap(
    (name) => compensatedBy(definition.steps.find((s) => s.name === name)!) ?? [],
  );
  const finishedAt = targets.map((name) => run.steps.find((step) => step.name === name)!.finishedAt);
  expect(finishedAt).toEqual([...finishedAt].sort((a, b) => b - a));
  expect(begun.slice(begun.length - targets.length)).toEqual(targets.map((name) => `undo-${name}`));
}

function endOf(step: Step, { counts, total, error }: StepRecord): StepState {
  if (total === 0 && error) return 'failed';
  if (counts.completed === total) return 'completed';
  if (step.type !== 'map' || counts.cancelled > 0) return 'failed';
  if (step.continue_on_partial) return counts.completed > 0 ? 'completed' : 'failed';
  const allowed = { '50%': total / 2, 1: 1, 0: 0 }[step.failure_tolerance ?? 0] ?? NaN;
  return counts.failed + counts.timed_out <= allowed ? 'completed' : 'failed';
}

/** A reduce step got every outcome of its map, in item order; where it is a tree, each of its tasks got its part. */
function expectReduced(
  { agents, model }: EngineWorld,
  { definition, behaviours }: Plan,
  run: RunRecord,
): void {
  for (const step of definition.steps) {
    const record = run.steps.find((s) => s.name === step.name)!;
    if (step.type !== 'reduce' || record.state !== 'completed') continue;
    if (readsAlong(step)) {
      const isWhole = !behaviours[step.name]?.includes('answers early');
      expectRead(agents.inputs.get(`${step.name}.0`), model.steps.get(step.over!)!.tasks, isWhole);
      continue;
    }
    const mapped = model.steps.get(reducedStep(definition, step)!)!.tasks;
    const reduced = model.steps.get(step.name)!.tasks;
    const tree = new ReduceTree(mapped.length, step.fan_in ?? LIMITS.fanIn);
    expect(reduced).toHaveLength(tree.size);
    for (const index of reduced.keys()) {
      const { level, first, count } = tree.node(index);
      const outcomes = (level === 0 ? mapped : reduced).map(outcomeOf).slice(first, first + count);
      expect(agents.inputs.get(`${step.name}.${index}`)).toEqual(outcomes.flat());
    }
  }
}

/** What was read along was told once, and as it is. */
function expectRead(input: unknown, mapped: ModelTask[], isWhole: boolean): void {
  const outcomes = input as { index: number }[];
  expect(new Set(outcomes.map(({ index }) => index)).size).toBe(outcomes.length);
  for (const outcome of outcomes) expect(outcome).toEqual(outcomeOf(mapped[outcome.index]!, outcome.index));
  if (isWhole) expect(outcomes).toHaveLength(mapped.map(outcomeOf).flat().length);
}

/** What a reducer is told of a task: nothing where its item was dropped. */
function outcomeOf(task: ModelTask, index: number): object | [] {
  if (task.outcome && 'dropped' in task.outcome) return [];
  if (task.outcome && 'result' in task.outcome) {
    return { index, status: 'completed', result: JSON.parse(task.outcome.result) as unknown };
  }
  return { index, status: task.state, error: expect.anything() as unknown };
}

/** Gapless, in order, each change one that its table allows, and nothing after the end. */
function expectHistory(events: RunEvent[], run: RunRecord): void {
  expect(events.map((e) => e.id)).toEqual(events.map((_, i) => i + 1));
  expect(events.every((e, i) => i === 0 || events[i - 1]!.at <= e.at)).toBe(true);
  expect(events[0]!.type).toBe('run.started');
  expect(events.at(-1)!.type).toBe(`run.${run.state}`);
  const steps = new Map<string, StepState>();
  const ended = new Set<string>();
  for (const { type, data } of events) {
    const [what, to] = type.split('.') as [string, string];
    if (what === 'step' && to !== 'extended') {
      expectAllowed(STEP_TRANSITIONS, steps.get(data.step!) ?? 'pending', to as StepState);
      steps.set(data.step!, to as StepState);
    }
    if (what !== 'task') continue;
    const task = `${data.step}.${data.index}`;
    expect(ended).not.toContain(task);
    if (isTerminal(TASK_TRANSITIONS, to as TaskState)) ended.add(task);
  }
  for (const step of run.steps) expect(steps.get(step.name)).toBe(step.state);
}

function expectAllowed<S extends string>(table: TransitionTable<S>, from: S, to: S): void {
  expect(table[from]).toContain(to);
}
