import type { AgentLease, LeaseAnswer } from '@agentainer/engine';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { completed, FlowTest } from './flow-test.fixture.js';

type Ending = Parameters<AgentLease['release']>[0];

/** Notes how each lease ends. */
class NotedLeases extends FlowTest {
  readonly endings: Ending[] = [];

  override async lease(): Promise<LeaseAnswer> {
    const answer = await super.lease();
    if (answer.kind !== 'leased') return answer;
    const release = (ending: Ending) => Promise.resolve(void this.endings.push(ending));
    return { ...answer, lease: { ...answer.lease, release } };
  }
}

let redis: Redis;
let flow: NotedLeases;
beforeEach(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  flow = new NotedLeases(redis, { sliceMs: 60_000 });
});
afterEach(async () => {
  await flow.stop();
  redis.disconnect();
});

it('gives an agent back once three different tasks failed on it in a row', async () => {
  const error = { code: 'BAD', message: 'no' };
  flow.behave = (input) =>
    input === 'bad' ? { kind: 'failed', error, retryable: true, suspect: false } : completed(input);
  const run = await flow.runToEnd({
    name: 'w',
    steps: [
      {
        type: 'map',
        name: 'm',
        image: 'x',
        items: ['bad', 'good', 'bad', 'bad', 'bad', 'bad'],
        max_parallel: 1,
        retry: { max_attempts: 1 },
      },
    ],
  });
  expect(run.steps[0]!.counts).toMatchObject({ completed: 1, failed: 5 });
  const id = (index: number) => `${run.id}.m.${index}`;
  const worked = flow.endings.filter((ending) => ending?.failed?.tasks.length);
  expect(worked.map((ending) => ending!.failed)).toEqual([
    { tasks: [id(2), id(3), id(4)], afterSuccess: true },
    { tasks: [id(5)], afterSuccess: false },
  ]);
});
