import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandaloneProcess } from '../harness/standalone-process.js';

const directory = mkdtempSync(join(tmpdir(), 'af-metrics-'));
let standalone: StandaloneProcess | undefined;
afterAll(async () => {
  await standalone?.end('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

it('R6.3a R6.3b R6.3c R6.3d tells how pools are used, waited for and started', async () => {
  standalone = new StandaloneProcess(directory);
  const client = await standalone.ready();
  const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
  const workflow = await client.createWorkflow({
    name: 'metrics',
    steps: [
      { name: 'all', type: 'map', image, items: [1, 2, 3, 4], pool_config: { max_size: 1 } },
      { name: 'alone', image, execution_mode: 'standard', depends_on: ['all'] },
    ],
  });
  const run = await client.startWorkflow(workflow.id);
  expect(await client.waitForRun(run.id, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
  const metrics = await client.metrics();
  /** The value of a series of the pool of so many agents, by its other labels. */
  const value = (name: string, labels: Record<string, string> = {}): number =>
    metrics
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .filter((line) => Object.entries(labels).every(([label, is]) => line.includes(`${label}="${is}"`)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  const starts = (mode: string) => value('agentainer_task_startup_time_seconds_count', { mode });
  expect([starts('cold'), starts('pooled'), starts('standard')]).toEqual([1, 3, 1]);
  expect(value('agentainer_agent_reuses_total')).toBe(3);
  expect(value('agentainer_pool_wait_time_seconds_count')).toBeGreaterThanOrEqual(2);
  expect(value('agentainer_task_startup_time_seconds_sum', { mode: 'cold' })).toBeGreaterThan(
    value('agentainer_task_startup_time_seconds_sum', { mode: 'pooled' }),
  );
  expect(metrics).toMatch(/agentainer_pool_size\{pool="[^"]+",state="idle",app="agentainer"\} \d/);
  expect(metrics).toMatch(/agentainer_pool_utilization\{pool="[^"]+",app="agentainer"\} [01]/);
}, 90_000);
