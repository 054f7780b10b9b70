import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Json, StepInput } from '@agentainer/core';
import { makeBusyboxImage } from '../harness/busybox.js';
import type { Cluster } from '../harness/cluster.js';
import { containersOf, docker } from '../harness/docker.js';
import { until } from '../harness/until.js';
import { withCluster } from '../harness/with-cluster.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SLOW_MS = 90_000;
const image = 'busybox';
let cluster: Cluster;
withCluster({ workers: 1 }, (started) => {
  cluster = started;
});
beforeAll(() => makeBusyboxImage(), 60_000);

async function agentainer(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(`${ROOT}node_modules/.bin/agentainer`, [...args, '--json'], {
    cwd: ROOT,
    timeout: 60_000,
    env: { PATH: process.env.PATH, AGENTAINER_URL: cluster.url, AGENTAINER_API_KEY: cluster.key },
  });
  return JSON.parse(stdout);
}

const shell = (script: string, more: Partial<StepInput['pool_config']> = {}) => ({
  ...{ protocol: 'exec' as const, command: ['sh', '-c', script] },
  ...more,
});

async function runStep(step: Partial<StepInput>) {
  const steps = [{ name: 'step', image, ...step } as StepInput];
  const workflow = await cluster.client.createWorkflow({ name: 'exec', steps });
  const { id } = await cluster.client.startWorkflow(workflow.id);
  return cluster.client.waitForRun(id, { timeoutMs: 60_000 });
}

it(
  'R9.3a counts lines with an image that knows nothing of agents (examples/line-count)',
  async () => {
    const file = 'examples/line-count/workflow.json';
    const { id } = (await agentainer('workflow', 'create', '--file', file)) as { id: string };
    const texts = Array.from({ length: 8 }, (_, i) => 'a line\n'.repeat(i));
    const run = await agentainer('workflow', 'start', id, '--input', JSON.stringify(texts), '--wait');
    expect(run).toMatchObject({ status: 'completed', result: 28 });
  },
  SLOW_MS,
);

it(
  'R9.3a tells a command its task, and retries by exit codes',
  async () => {
    const script =
      'read -r input; echo "attempt $AGENTAINER_ATTEMPT" >&2; [ $AGENTAINER_ATTEMPT -gt 1 ] || exit 75; echo "[$input]"';
    const pool_config = shell(script);
    const retry = { delay: '1ms', retry_on: ['EXIT_75'] };
    const good = await runStep({ input: { value: { n: 1 } }, pool_config, retry });
    expect(good).toMatchObject({ status: 'completed', result: [{ n: 1 }] });
    const { client } = cluster;
    const job = await client.createJob({ image, pool_config, retry: { non_retryable: ['EXIT_75'] } });
    await client.waitForRun(job.run_id, { timeoutMs: 60_000 });
    expect(await client.getJob(job.id)).toMatchObject({
      ...{ status: 'failed', attempts: 1, error: { code: 'EXIT_75', detail: 'attempt 1\n' } },
    });
    const garbage = await runStep({ pool_config: shell('echo hello') });
    expect(garbage).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_NOT_JSON' } });
  },
  SLOW_MS,
);

it(
  'R9.3a runs 20 commands at once',
  async () => {
    const items: Json[] = Array.from({ length: 40 }, (_, i) => i);
    const pool_config = shell('n=$(cat); sleep 0.5; echo $((n * n))', { max_size: 20 });
    const run = await runStep({ type: 'map', items, max_parallel: 20, pool_config } as Partial<StepInput>);
    expect(run.status).toBe('completed');
    expect(run.result).toEqual(items.map((i) => Number(i) ** 2));
  },
  SLOW_MS,
);

it(
  'R9.3a ends the command of a run that is cancelled',
  async () => {
    const pool_config = shell('trap "" TERM; while :; do sleep 1; done', { max_size: 1 });
    const workflow = await cluster.client.createWorkflow({
      name: 'exec',
      steps: [{ name: 'step', image, pool_config }],
    });
    const { id } = await cluster.client.startWorkflow(workflow.id);
    await until('it runs', async () => (await cluster.client.getRun(id)).steps[0]!.running === 1);
    await cluster.client.cancelRun(id);
    expect(await cluster.client.waitForRun(id)).toMatchObject({ status: 'cancelled' });
    await until('the command has ended', async () => {
      const containers = await containersOf(cluster.host);
      const processes = await Promise.all(containers.map((container) => docker('top', container)));
      // A line of titles, and the anchor.
      return processes.every((top) => top.split('\n').length === 2);
    });
  },
  SLOW_MS,
);

it(
  'tells all that is wrong with a command',
  async () => {
    const wrong = { ...shell('exit'), command: ['sh', 'a\0b'] };
    const steps: StepInput[] = [
      { name: 'a', image, pool_config: { command: ['wc'], stdout: 'text' } },
      { name: 'b', image, pool_config: wrong },
    ];
    await expect(cluster.client.createWorkflow({ name: 'wrong', steps })).rejects.toMatchObject({
      problem: {
        errors: [
          { path: 'steps[0].pool_config.command', message: 'needs "protocol": "exec"' },
          { path: 'steps[0].pool_config.stdout', message: 'needs "protocol": "exec"' },
          { path: 'steps[1].pool_config.command[1]', message: 'must not contain the character NUL' },
        ],
      },
    });
  },
  SLOW_MS,
);
