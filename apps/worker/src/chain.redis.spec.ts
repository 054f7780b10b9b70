import type { AttemptRequest } from '@agentainer/engine';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { completed, FlowTest } from './flow-test.fixture.js';

let redis: Redis;
let flow: FlowTest;
/** The number of the lease on which the last attempt of each step was run. */
let leases: Record<string, number>;
/** For whom each lease was asked for. */
let realms: (string | undefined)[];

beforeEach(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  leases = {};
  realms = [];
  open(60_000);
});
afterEach(async () => {
  await flow.stop();
  redis.disconnect();
});

/** A worker whose lanes have time slices of so many milliseconds. */
function open(sliceMs: number): void {
  flow = new FlowTest(redis, { sliceMs });
  const lease = flow.lease.bind(flow);
  flow.lease = async (poolId, options) => {
    const number = realms.push(options?.realm);
    const answer = await lease(poolId, options);
    if (answer.kind !== 'leased') return answer;
    const run = (request: AttemptRequest) => {
      leases[request.step] = number;
      return answer.lease.run(request);
    };
    return { ...answer, lease: { ...answer.lease, run } };
  };
}

const seq = (name: string, depends_on: string[] = [], more: object = {}) => ({
  name,
  image: 'x',
  depends_on,
  ...more,
});

it('goes on with the steps that follow on the agent that it has', async () => {
  const chain = { name: 'w', steps: [seq('a'), seq('b', ['a']), seq('c', ['b'])] };
  const run = await flow.runToEnd(chain);
  expect(run.state).toBe('completed');
  expect(leases).toEqual({ a: 1, b: 1, c: 1 });
});

it('goes on after its time slice, too, where it may keep the agent', async () => {
  await flow.stop();
  open(20);
  flow.behave = async (input) => {
    await new Promise((resolve) => setTimeout(resolve, 25));
    return completed(input);
  };
  await flow.runToEnd({ name: 'w', steps: [seq('a'), seq('b', ['a']), seq('c', ['b'])] });
  expect(leases).toEqual({ a: 1, b: 1, c: 1 });
});

it('takes one of two steps that open at once, and queues the other', async () => {
  const fork = { name: 'w', steps: [seq('a'), seq('b', ['a']), seq('c', ['a']), seq('d', ['b', 'c'])] };
  const run = await flow.runToEnd(fork);
  expect(run.state).toBe('completed');
  expect(leases).toMatchObject({ a: 1, b: 1 });
  expect(leases['c']).toBeGreaterThan(1);
});

it('queues steps of other pools, and those with several lanes', async () => {
  const other = seq('other', ['a'], { pool_config: { max_size: 1 } });
  const map = { type: 'map' as const, name: 'map', image: 'x', items: [1, 2], depends_on: ['a'] };
  const run = await flow.runToEnd({ name: 'w', steps: [seq('a'), other, map] });
  expect(run.state).toBe('completed');
  expect(leases['other']).toBeGreaterThan(1);
  expect(leases['map']).toBeGreaterThan(1);
});

it('comes back for the step that it went on with, not for the one that it was queued for', async () => {
  let tries = 0;
  flow.behave = (input, { step }) => {
    if (step !== 'b' || ++tries > 1) return completed(input);
    return { kind: 'failed', error: { code: 'AGAIN', message: 'again' }, retryable: true, suspect: false };
  };
  const retry = { max_attempts: 2, delay: '50ms' };
  const run = await flow.runToEnd({
    name: 'w',
    steps: [seq('a'), seq('b', ['a'], { retry }), seq('c', ['b'])],
  });
  // No sweeper runs here: the lane's own job is what brings it back.
  expect(run.state).toBe('completed');
  expect(leases).toEqual({ a: 1, b: 2, c: 2 });
});

it.each(['step', 'task'] as const)(
  'leases an agent for each step where reuse ends with the %s',
  async (reuse) => {
    const more = { pool_config: { reuse } };
    const run = await flow.runToEnd({ name: 'w', steps: [seq('a', [], more), seq('b', ['a'], more)] });
    expect(run.state).toBe('completed');
    expect(leases).toEqual({ a: 1, b: 2 });
    expect(realms).toEqual(reuse === 'task' ? ['', ''] : [`${run.id}/a`, `${run.id}/b`]);
  },
);
