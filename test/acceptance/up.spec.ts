import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDirectoryOf } from '@agentainer/controller';
import type { FakeAgentTask } from '@agentainer/testing';
import { StandaloneProcess } from '../harness/standalone-process.js';
import { until } from '../harness/until.js';

const image = () => process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const ITEMS = 60;

describe('agentainer up', () => {
  let directory: string;
  const processes: StandaloneProcess[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'af-up-'));
  });

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((p) => p.end('SIGTERM')));
    rmSync(directory, { recursive: true, force: true });
  });

  function up(): StandaloneProcess {
    const standalone = new StandaloneProcess(directory);
    processes.push(standalone);
    return standalone;
  }

  const counting = (ms: number): FakeAgentTask => ({ do: 'count', key: 'tasks', ms });
  const mapOf = (items: FakeAgentTask[]) => ({
    name: 'count',
    steps: [
      {
        type: 'map' as const,
        name: 'all',
        image: image(),
        items: items as never,
        max_parallel: 2,
        pool_config: { max_size: 2 },
      },
    ],
  });

  it('R3.3b keeps results, state and its API key over a restart', async () => {
    const first = up();
    const client = await first.ready();
    const workflow = await client.createWorkflow(mapOf([counting(0), counting(0)]));
    const run = await client.waitForRun((await client.startWorkflow(workflow.id)).id, { timeoutMs: 30_000 });
    expect(run.status).toBe('completed');
    const { key } = first.credentials();
    expect(await first.end('SIGINT')).toBe(0);

    const second = up();
    const again = await second.ready();
    expect(second.credentials().key).toBe(key);
    expect((await again.getRun(run.id)).result).toEqual(run.result);
    expect((await again.getWorkflowStateValue(workflow.id, 'tasks')).value).toBe(2);
  }, 90_000);

  it('R3.3a goes on with a run after it was killed, and no task counts twice', async () => {
    const first = up();
    const client = await first.ready();
    const items = Array.from({ length: ITEMS }, () => counting(100));
    const workflow = await client.createWorkflow(mapOf(items));
    const { id } = await client.startWorkflow(workflow.id);
    await until('some tasks to have ended', async () => {
      const [step] = (await client.getRun(id)).steps;
      return step!.completed > 5;
    });
    await first.end('SIGKILL');

    const again = await up().ready();
    const run = await again.waitForRun(id, { timeoutMs: 60_000 });
    expect(run.steps[0]).toMatchObject({ status: 'completed', completed: ITEMS });
    expect((await again.getWorkflowStateValue(workflow.id, 'tasks')).value).toBe(ITEMS);
  }, 120_000);

  it('says that the data directory is in use, and leaves its user alone', async () => {
    const client = await up().ready();
    const second = up();
    expect(await second.ended()).toBe(1);
    expect(second.output).toContain('is in use by process');
    await client.ready();
  }, 60_000);

  it('stops everything it started on one Ctrl-C', async () => {
    const standalone = up();
    const client = await standalone.ready();
    const job = await client.createJob({ image: image(), input: 1 });
    await client.waitForRun(job.run_id, { timeoutMs: 30_000 });
    expect(processesWith(directory).length).toBeGreaterThan(0);
    expect(await standalone.end('SIGINT')).toBe(0);
    expect(processesWith(directory)).toEqual([]);
    expect(existsSync(memoryDirectoryOf(directory))).toBe(false);
  }, 60_000);
});

/** Command lines of processes that name the directory, such as its Redis; the program itself has it in its environment only. */
function processesWith(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(directory));
}
