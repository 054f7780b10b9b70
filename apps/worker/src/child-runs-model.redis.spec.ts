import { isTerminal, type Json, RUN_TRANSITIONS, validateDefinition } from '@agentainer/core';
import type { RunRecord } from '@agentainer/engine';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { type ChildPlan, ChildWorld } from './model/child-world.fixture.js';
import type { CallFault } from './model/turns.fixture.js';

/** Plays at once: most of a play is waiting for Redis. */
const AT_ONCE = 8;
/** One in so many calls is tried, others each time that the test runs; a failure says which one it was. */
const STRIDE = 12;
const offset = Date.now() % STRIDE;

let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
});
afterAll(() => redis.quit());

const leaf = () =>
  validateDefinition({ name: 'leaf', steps: [{ name: 'a', image: 'x', retry: { max_attempts: 1 } }] });
/** A run over a map of runs, one of which fails once, one of which starts a run itself; and a step after it. */
const plan = (more: Partial<ChildPlan> = {}): ChildPlan => {
  let unlucky: string | undefined;
  const error = { code: 'X', message: 'the first run with this input fails' };
  const behave = (input: Json, runId: string) =>
    input === 2 && (unlucky ??= runId) === runId
      ? ({ kind: 'failed', error, retryable: false, suspect: false } as const)
      : undefined;
  return {
    seed: 1,
    behave,
    workflows: [
      leaf,
      ([id]) =>
        validateDefinition({
          name: 'middle',
          steps: [{ type: 'workflow', name: 'b', workflow: id! }],
        }),
    ],
    definition: ([id, middle]) => {
      const definition = validateDefinition({
        name: 'root',
        steps: [
          {
            type: 'workflow',
            name: 'm',
            workflow: id!,
            items: [1, 2, 3],
            max_parallel: 2,
            retry: { max_attempts: 100 },
          },
          { type: 'workflow', name: 'n', workflow: middle!, depends_on: ['m'] },
        ],
      });
      for (const step of definition.steps) if (step.type === 'workflow') step.retry.delay = 0;
      return definition;
    },
    ...more,
  };
};

async function play(given: ChildPlan, judge: (world: ChildWorld, root: RunRecord) => Promise<void>) {
  const world = new ChildWorld(redis, given);
  try {
    await judge(world, await world.play());
  } catch (error) {
    const what = JSON.stringify({ ...given.fault, losesAt: given.losesAt, cancelAt: given.cancelAt });
    const trace = `${what}\n${world.turns.log.join('\n')}`;
    throw new Error(`${(error as Error).message}\n\nwhat happened:\n${trace}`, { cause: error });
  }
  return world;
}

/** Each attempt of a task is one run, the last one is the task's outcome, and none works on after its task has ended. */
async function expectKinship(world: ChildWorld, run: RunRecord): Promise<void> {
  expect(isTerminal(RUN_TRANSITIONS, run.state)).toBe(true);
  const { items } = await world.runs.children(run.id, { limit: 1_000 });
  const definition = (await world.runs.definition(run.id))!;
  for (const { name, total } of run.steps) {
    if (definition.steps.find((s) => s.name === name)?.type !== 'workflow') continue;
    for (const task of await world.runs.tasks(run.id, name, 0, total)) {
      const its = items.filter((c) => c.step === name && c.index === task.index);
      const records = await Promise.all(its.map((c) => world.runs.load(c.childId)));
      const there = records.filter((record) => record !== undefined);
      if (task.state === 'completed' || task.state === 'failed') {
        expect(there).toHaveLength(task.attempts - task.lost);
        expect(there.at(-1)!.id).toBe(task.agentId);
      }
      if (task.state === 'completed') expect(there.at(-1)!.state).toBe('completed');
      for (const child of there) await expectKinship(world, child);
    }
  }
}

const expectDone = async (world: ChildWorld, root: RunRecord) => {
  await expectKinship(world, root);
  expect(root).toMatchObject({ state: 'completed', steps: [{ counts: { completed: 3 } }, {}] });
  const outcomes = await world.runs.outcomes(root.id, 'm', 0, 3);
  expect(outcomes).toEqual([{ result: '1' }, { result: '2' }, { result: '3' }]);
  expect(await world.runs.outcomes(root.id, 'n', 0, 1)).toEqual([{ result: '[1,2,3]' }]);
  // Three runs, one of them again after its failure, and two one below the other.
  expect(await world.below()).toHaveLength(6);
};

const points = async () => (await play(plan(), expectDone)).turns.log.length;

async function atEachPoint(more: (at: number) => Partial<ChildPlan>, judge: typeof expectDone) {
  const last = await points();
  expect(last).toBeGreaterThan(100);
  for (let from = offset; from < last; from += AT_ONCE * STRIDE) {
    const some = Array.from({ length: AT_ONCE }, (_, i) => from + i * STRIDE);
    await Promise.all(some.map((at) => play(plan(more(at)), judge)));
  }
}

it.each<CallFault>(['crash before', 'crash after', 'sent twice'])(
  'loses and doubles no child: %s each call',
  (fault) => atEachPoint((at) => ({ fault: { at, fault } }), expectDone),
  120_000,
);

it(
  'loses no child when messages are lost',
  () => atEachPoint((at) => ({ losesAt: at }), expectDone),
  120_000,
);

it('leaves no child behind when the run is cancelled, and a process dies soon after', async () => {
  const judge = async (world: ChildWorld, root: RunRecord) => {
    await expectKinship(world, root);
    for (const run of await world.below()) expect(isTerminal(RUN_TRANSITIONS, run.state)).toBe(true);
    if (root.state !== 'completed') expect(root.state).toBe('cancelled');
  };
  await atEachPoint((at) => ({ cancelAt: at }), judge);
  const crash = (at: number) => ({ cancelAt: at, fault: { at: at + 3, fault: 'crash before' as const } });
  await atEachPoint(crash, judge);
}, 120_000);
