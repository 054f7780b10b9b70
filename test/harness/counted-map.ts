import type { StepInput } from '@agentainer/core';
import type { FakeAgentTask } from '@agentainer/testing';
import type { Cluster } from './cluster.js';
import { until } from './until.js';

export interface CountedMapOptions {
  /** Tasks that count themselves. */
  tasks: number;
  /** Milliseconds that each takes. */
  ms: number;
  /** Agents of its pool, from its first use on. */
  agents: number;
  /** Tells its pool from those of other tests. */
  max_agent_uses: number;
  /** Tasks that do something else, before those that count. */
  before?: FakeAgentTask[];
  image?: string;
  step?: Partial<StepInput & { type: 'map' }>;
}

/** A run of a map whose tasks count themselves in the run's state: it shows whether each took effect once, whatever happened. */
export class CountedMap {
  private constructor(
    private readonly cluster: Cluster,
    private readonly options: CountedMapOptions,
    readonly id: string,
  ) {}

  static async start(cluster: Cluster, options: CountedMapOptions): Promise<CountedMap> {
    const { tasks, ms, agents, max_agent_uses, before = [], step } = options;
    const { image = process.env.AGENTAINER_TEST_AGENT_IMAGE! } = options;
    const count: FakeAgentTask = { do: 'count', key: 'done', ms };
    const items = [...before, ...Array.from({ length: tasks }, () => count)];
    const pool_config = { min_size: agents, max_size: agents, max_agent_uses };
    const map: StepInput = { type: 'map', name: 'map', image, items, pool_config, ...step };
    const { id } = await cluster.client.createWorkflow({ name: 'counted', steps: [map] });
    return new CountedMap(cluster, options, (await cluster.client.startWorkflow(id)).id);
  }

  async completed(): Promise<number> {
    return (await this.cluster.client.getRun(this.id)).steps[0]!.completed;
  }

  /** Waits until so many tasks have completed; others must be left then. */
  async reached(count: number): Promise<void> {
    await until(`${count} tasks are done`, async () => (await this.completed()) >= count, 60_000);
    expect(await this.completed()).toBeLessThan(this.options.tasks + (this.options.before ?? []).length);
  }

  async jobs() {
    const jobs = [];
    let cursor: string | undefined;
    do {
      const page = await this.cluster.client.listRunJobs(this.id, { limit: 100, cursor });
      jobs.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return jobs;
  }

  /** Ids of the agents that work on it at present. */
  async agents(): Promise<string[]> {
    return (await this.jobs()).flatMap((job) => (job.status === 'running' && job.agent_id) || []);
  }

  /** No task is missing, none counted twice, and no agent ran two at once. */
  async expectAllOnce(): Promise<void> {
    const { tasks, before = [] } = this.options;
    const run = await this.cluster.client.waitForRun(this.id, { timeoutMs: 120_000 });
    const errors = (await this.jobs()).flatMap(({ error }) => error ?? []);
    expect({ status: run.status, errors }).toEqual({ status: 'completed', errors: [] });
    const sums = (run.result as number[]).slice(before.length);
    expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: tasks }, (_, i) => i + 1));
    expect((await this.cluster.client.getRunState(this.id)).state).toEqual({ done: tasks });
    // Of a task that was tried again the times are those of all its attempts.
    const jobs = (await this.jobs()).filter((job) => job.attempts === 1);
    const spans = jobs.map((job) => ({
      agent: job.agent_id,
      from: Date.parse(job.started_at!),
      to: Date.parse(job.finished_at!),
    }));
    spans.sort((a, b) => a.from - b.from);
    const overlapping = spans.filter((span, i) =>
      spans.slice(i + 1).some((next) => next.agent === span.agent && next.from < span.to),
    );
    expect(overlapping).toEqual([]);
  }

  /** How its pool stands on its hosts. */
  async pool() {
    const pools = await this.cluster.client.listPools();
    return pools.filter(({ config }) => config.max_agent_uses === this.options.max_agent_uses);
  }

  /** The pool has as many agents as it must again, all of them idle. */
  async expectPoolRestored(): Promise<void> {
    await until(
      'the pool is back at its size',
      async () => {
        const stands = (await this.pool()).map(({ agents }) => agents);
        const sum = (state: keyof (typeof stands)[number]) => stands.reduce((n, one) => n + one[state], 0);
        const others = sum('creating') + sum('leased') + sum('draining') + sum('retiring');
        return sum('idle') === this.options.agents && others === 0;
      },
      60_000,
    );
  }
}
