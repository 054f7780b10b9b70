import type { AgentainerClient } from '@agentainer/sdk';
import { areEqual, plainCount } from '../plain-count.js';
import { topWords, type WordCounts } from '../word-counts.js';
import { imageOf } from './agent-images.js';
import { meanBetween, observed, type Observed } from './histogram.js';

const AGENTS = 4;
const HAND_OVERS = 20;
const RUN_DEADLINE_MS = 300_000;

export interface Outcome {
  counts: WordCounts;
  isRight: boolean;
  /** Texts that the map tasks counted up in the run's state. */
  stateCount: number;
  /** How long the map-reduce took: first without a single agent, then on the agents of the first time. */
  runMs: { cold: number; warm: number };
  /** Map tasks of both runs by the agent that ran them. */
  tasksByAgent: Map<string, number>;
  coldStart: Observed;
  warm: HandOver;
}

/** Means of handing a task to an idle agent, in seconds. */
export interface HandOver {
  /** From asking for an agent to having one that answers its probe. */
  lease: number;
  /** From asking for an agent to the answer to the task. */
  whole: number;
}

export interface DemonstrationParts {
  client: AgentainerClient;
  texts: readonly string[];
  /** Where the other workers serve their metrics. */
  metricsUrls: readonly string[];
  say: (line: string) => void;
  signal: AbortSignal;
}

/** Counts the words of all texts twice by map-reduce, and once by hand. */
export async function demonstrate(parts: DemonstrationParts): Promise<Outcome> {
  const { client, say } = parts;
  const workflow = await client.createMapReduce({
    name: 'word-count',
    list_image: imageOf('list'),
    mapper_image: imageOf('map'),
    reducer_image: imageOf('reduce'),
    max_parallel: AGENTS,
    pool_size: AGENTS,
  });
  say(`Workflow ${workflow.id} counts the words of ${parts.texts.length} texts: list → map → reduce`);
  const cold = await run(parts, workflow.id);
  const warm = await run(parts, workflow.id);
  const counts = warm.result as WordCounts;
  const { value } = await client.getWorkflowStateValue(workflow.id, 'texts', { run: warm.id });
  return {
    counts,
    isRight: areEqual(counts, plainCount(parts.texts)) && areEqual(cold.result as WordCounts, counts),
    stateCount: Number(value),
    runMs: { cold: cold.duration_ms, warm: warm.duration_ms },
    tasksByAgent: await tasksByAgent(client, [cold.id, warm.id]),
    coldStart: observed([await client.metrics()], 'agentainer_agent_start_seconds'),
    warm: await measureHandOver(parts),
  };
}

/** The most frequent words as lines of a table. */
export function tableOf(counts: WordCounts, limit: number): string[] {
  return topWords(counts, limit).map(([word, count]) => `  ${word.padEnd(12)} ${count.toLocaleString('en')}`);
}

async function run({ client, signal }: DemonstrationParts, workflowId: string) {
  const { id } = await client.startWorkflow(workflowId);
  const ended = await client.waitForRun(id, { timeoutMs: RUN_DEADLINE_MS, signal });
  if (ended.status === 'completed') return ended;
  throw new Error(`run ${id} ${ended.status}: ${JSON.stringify(ended.error ?? ended.steps)}`);
}

async function tasksByAgent(
  client: AgentainerClient,
  runIds: readonly string[],
): Promise<Map<string, number>> {
  const tasks = new Map<string, number>();
  for (const runId of runIds) {
    for (let cursor: string | undefined | null; cursor !== null;) {
      const page = await client.listRunJobs(runId, { limit: 1_000, cursor });
      for (const { step_id, agent_id } of page.items) {
        if (step_id === 'map' && agent_id) tasks.set(agent_id, (tasks.get(agent_id) ?? 0) + 1);
      }
      cursor = page.next_cursor;
    }
  }
  return tasks;
}

/** Single jobs for a warm agent, one after another; whichever worker takes one measures it. */
async function measureHandOver({ client, metricsUrls, signal }: DemonstrationParts): Promise<HandOver> {
  const read = async () => {
    const others = metricsUrls.map(async (url) => (await fetch(url, { signal })).text());
    const pages = [await client.metrics(), ...(await Promise.all(others))];
    const ofList = (name: string) => observed(pages, name, (pool) => pool.includes('list'));
    return {
      lease: ofList('agentainer_pool_wait_time_seconds'),
      whole: ofList('agentainer_task_hand_over_seconds'),
    };
  };
  const runJob = async () => {
    const job = await client.createJob({ image: imageOf('list'), pool_config: { max_size: 1 } });
    await client.waitForRun(job.run_id, { timeoutMs: RUN_DEADLINE_MS, signal });
  };
  // The workflow's agents are left to it: the first single job starts the agent that they share.
  await runJob();
  const before = await read();
  for (let i = 0; i < HAND_OVERS; i++) await runJob();
  const after = await read();
  return { lease: meanBetween(before.lease, after.lease), whole: meanBetween(before.whole, after.whole) };
}
