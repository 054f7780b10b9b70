import { Cluster } from '../harness/cluster.js';
import { until } from '../harness/until.js';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ workers: 2 });
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

it('R9.2e an urgent run goes before others of its pool that came earlier, and they go on after it', async () => {
  const { client } = cluster;
  const workflow = async (tasks: number) => {
    const items = Array.from({ length: tasks }, () => ({ do: 'sleep', ms: 20 }));
    const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
    const map = { type: 'map' as const, name: 'map', image, items, pool_config: { max_size: 1 } };
    return (await client.createWorkflow({ name: 'w', steps: [map] })).id;
  };
  const [long, short] = [await workflow(150), await workflow(100)];
  const first = await client.startWorkflow(long);
  await until(
    'the first run is at work',
    async () => (await client.getRun(first.id)).steps[0]!.completed > 5,
  );
  const low = await client.startWorkflow(short, null, { priority: 9 });
  const urgent = await client.startWorkflow(short, null, { priority: 1 });
  expect(urgent.priority).toBe(1);

  const ended = async (id: string) =>
    Date.parse((await client.waitForRun(id, { timeoutMs: 60_000 })).finished_at!);
  const ends = [await ended(urgent.id), await ended(first.id), await ended(low.id)];
  expect(ends).toEqual([...ends].sort((a, b) => a - b));
}, 90_000);
