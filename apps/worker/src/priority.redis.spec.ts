import { type DefinitionInput, validateDefinition } from '@agentainer/core';
import type { LeaseAnswer } from '@agentainer/engine';
import { completed, FlowTest, forEachTest } from './flow-test.fixture.js';

let test: FlowTest;
forEachTest((made) => {
  test = made;
});

/** Steps of one pool with one agent: its lanes run one at a time. */
const map = (items: number, priority?: number): DefinitionInput => ({
  name: 'w',
  config: { priority },
  steps: [
    {
      type: 'map',
      name: 'm',
      image: 'x',
      items: { range: { from: 1, to: items } },
      pool_config: { max_size: 1 },
    },
  ],
});

it('lets a lane give way to one that is more urgent, and not to one that is less', async () => {
  const order: string[] = [];
  test.behave = async (_, { runId }) => {
    if (order.at(-1) !== runId) order.push(runId);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return completed(null);
  };
  await test.work(map(1));
  const plain = await test.start(map(200));
  await test.until(plain, (run) => run.steps[0]!.counts.completed > 0);
  const low = await test.start(map(1, 9));
  const urgent = await test.start(map(100, 1));
  for (const run of [plain, low, urgent]) expect((await test.finished(run)).state).toBe('completed');
  // Slices are 20 ms: the urgent run is never interrupted, and the least urgent one waits for the end of the others.
  expect(order).toEqual([plain, urgent, plain, low]);
});

it('goes by what was asked for at the start rather than by the definition', async () => {
  const { id } = await test.starter.startJob(validateDefinition(map(1, 2)), null, { priority: 7 });
  expect((await test.runs.definition(id))!.config.priority).toBe(7);
});

/** Agents of which the first few that are asked for are busy. */
class BusyTest extends FlowTest {
  busy = 0;
  keeps = true;
  readonly behind: number[] = [];

  override async lease(_?: string, options?: { behindMs: number }): Promise<LeaseAnswer> {
    this.behind.push(options!.behindMs);
    if (this.busy-- <= 0) {
      const answer = await super.lease();
      if (answer.kind === 'leased') answer.lease.keep = () => Promise.resolve(this.keeps);
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { kind: 'busy' };
  }
}

it('keeps the place of a lane that found no agent and had to let others take its turn', async () => {
  const busy = new BusyTest(test.redis);
  busy.busy = 2;
  try {
    const runs = [await busy.start(map(1)), await busy.start(map(1))];
    await busy.work(map(1));
    for (const run of runs) expect((await busy.finished(run)).state).toBe('completed');
  } finally {
    await busy.stop();
  }
  // Each of the two came in vain once, let the other one by, and came back.
  expect(busy.behind).toHaveLength(4);
  expect(busy.behind.slice(0, 2)).toEqual([0, 0]);
  for (const ms of busy.behind.slice(2)) expect(ms).toBeLessThan(0);
});

it('keeps its agent from slice to slice while nobody goes before, and gives it back else', async () => {
  const counts = [];
  for (const kept of [true, false]) {
    const keeping = new BusyTest(test.redis);
    keeping.keeps = kept;
    keeping.behave = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return completed(null);
    };
    try {
      expect((await keeping.runToEnd(map(20))).state).toBe('completed');
    } finally {
      await keeping.stop();
    }
    counts.push(keeping.behind.length);
  }
  // 20 tasks of 5 ms are at least three slices of 20 ms.
  expect(counts[0]).toBe(1);
  expect(counts[1]).toBeGreaterThan(2);
});
