import type { AgentConnections } from '@agentainer/agent-client';
import type { AgentLease, AttemptRequest } from '@agentainer/engine';
import type { HeldLease, Lease, Leaser, LeaserAnswer } from '@agentainer/pool';
import { Registry } from '@agentainer/runtime';
import type { SecretFilter } from './secret-filter.js';
import { WorkerAgents } from './worker-agents.js';
import { WorkerMetrics } from './worker-metrics.js';

const PATIENCE = { waitMs: 1_000, signal: new AbortController().signal, behindMs: 0, priority: 5, realm: '' };
const { signal } = PATIENCE;
let registry: Registry;
let answer: LeaserAnswer;
let agents: WorkerAgents;
beforeEach(() => {
  registry = new Registry();
  const leaser = { lease: () => Promise.resolve(answer), release: () => Promise.resolve() };
  const done = () => Promise.resolve({ kind: 'completed', result: '1', clean: true });
  const connections = { probe: () => Promise.resolve(true), run: done, drop: () => undefined };
  const secrets = { run: (attempt: AttemptRequest, run: (one: AttemptRequest) => unknown) => run(attempt) };
  agents = new WorkerAgents(
    leaser as unknown as Leaser,
    connections as unknown as AgentConnections,
    secrets as unknown as SecretFilter,
    new WorkerMetrics(registry),
  );
});

async function lease(change: Partial<Lease>, waited: boolean): Promise<AgentLease> {
  const one = {
    id: 't',
    poolId: 'p',
    agentId: 'a',
    epoch: 1,
    directory: '/a',
    usesLeft: 100,
    uses: 0,
    ...change,
  };
  answer = { kind: 'leased', waited, held: { lease: one, lost: signal } as unknown as HeldLease };
  const given = await agents.lease('p', PATIENCE);
  if (given.kind !== 'leased') throw new Error(given.kind);
  return given.lease;
}
const attempt = {} as AttemptRequest;
const count = async (name: string, labels: object = {}): Promise<number> => {
  const { values } = await registry.getSingleMetric(name)!.get();
  const found = values.find(
    (one) =>
      (one as { metricName?: string }).metricName !== `${name}_sum` &&
      !('le' in one.labels) &&
      Object.entries(labels).every(([label, value]) => one.labels[label as never] === value),
  );
  return found?.value ?? 0;
};
const starts = async () => {
  const of = (mode: string) => count('agentainer_task_startup_time_seconds', { mode });
  return { cold: await of('cold'), pooled: await of('pooled'), standard: await of('standard') };
};

it('R6.3d tells tasks for which an agent was started from those that got a warm one', async () => {
  const cold = await lease({}, true);
  await cold.run(attempt);
  expect(await starts()).toEqual({ cold: 1, pooled: 0, standard: 0 });
  await cold.run(attempt);
  await (await lease({}, false)).run(attempt);
  await (await lease({ uses: 7 }, true)).run(attempt);
  expect(await starts()).toEqual({ cold: 1, pooled: 3, standard: 0 });
  await (await lease({ usesLeft: 1 }, true)).run(attempt);
  await (await lease({ usesLeft: 1 }, false)).run(attempt);
  await (await lease({ usesLeft: 1, uses: 99 }, false)).run(attempt);
  expect(await starts()).toEqual({ cold: 1, pooled: 4, standard: 2 });
});

it('R6.3c counts the tasks for which an agent was used again', async () => {
  const fresh = await lease({}, false);
  await fresh.run(attempt);
  expect(await count('agentainer_agent_reuses_total')).toBe(0);
  await fresh.run(attempt);
  await (await lease({ uses: 3 }, false)).run(attempt);
  expect(await count('agentainer_agent_reuses_total')).toBe(2);
});

it('R6.3b times how long agents were waited for', async () => {
  await lease({}, true);
  expect(await count('agentainer_pool_wait_time_seconds', { pool: 'p' })).toBe(1);
});
