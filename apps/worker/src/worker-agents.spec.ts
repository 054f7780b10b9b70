import type { AgentConnections } from '@agentainer/agent-client';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import type { HeldLease, LeaseEnding, Leaser } from '@agentainer/pool';
import { Registry } from '@agentainer/runtime';
import type { SecretFilter } from './secret-filter.js';
import { WorkerAgents } from './worker-agents.js';
import { WorkerMetrics } from './worker-metrics.js';

const lease = { id: 't', poolId: 'p', agentId: 'a', epoch: 1, directory: '/a', usesLeft: 100 };
const attempt = { step: 's' } as AttemptRequest;

/** A lease on an agent that says so of each of its tasks in turn, and how it was ended. */
async function leasedFrom(...clean: (boolean | undefined)[]) {
  return leasedWith(() => ({ kind: 'completed', result: '1', clean: clean.shift() }));
}

async function leasedWith(answer: () => AttemptResult & { clean?: boolean }, hostStops = false) {
  const endings: LeaseEnding[] = [];
  const held = { lease, lost: new AbortController().signal } as HeldLease;
  const leaser = {
    lease: () => Promise.resolve({ kind: 'leased', held }),
    hostStops: () => Promise.resolve(hostStops),
    release: (_: HeldLease, ending: LeaseEnding) => Promise.resolve(void endings.push(ending)),
  } as unknown as Leaser;
  const connections = {
    probe: () => Promise.resolve(true),
    run: () => Promise.resolve(answer()),
  } as unknown as AgentConnections;
  const secrets: Pick<SecretFilter, 'run'> = { run: (one, run) => run(one) };
  const metrics = new WorkerMetrics(new Registry());
  const agents = new WorkerAgents(leaser, connections, secrets as SecretFilter, metrics);
  const leased = await agents.lease('p', { waitMs: 1, signal: held.lost });
  if (leased.kind !== 'leased') throw new Error(leased.kind);
  return { lease: leased.lease, endings };
}

it('uses an agent on as long as it says that nothing is left of its tasks', async () => {
  const { lease, endings } = await leasedFrom(true, true);
  for (let i = 0; i < 2; i++) await lease.run(attempt);
  expect(lease.usesLeft).toBe(98);
  await lease.release();
  expect(endings).toEqual([{ uses: 2, suspect: false }]);
});

it.each([
  ['left', false],
  ['unknown', undefined],
] as const)('uses it no more where what is left is %s', async (traces, clean) => {
  const { lease, endings } = await leasedFrom(true, clean);
  for (let i = 0; i < 2; i++) await lease.run(attempt);
  expect(lease.usesLeft).toBe(0);
  await lease.release();
  expect(endings).toEqual([{ uses: 2, suspect: false, traces }]);
});

it.each([
  ['AGENT_LOST', false, 'AGENT_LOST', 'gone'],
  ['AGENT_LOST', true, 'AGENT_STOPPED', 'the host of the agent stops: gone'],
  ['ATTEMPT_LOST', true, 'ATTEMPT_LOST', 'gone'],
])('tells why an attempt was lost: %s, its host stops: %s', async (said, hostStops, code, message) => {
  const lost: AttemptResult = { kind: 'lost', error: { code: said, message: 'gone' } };
  const { lease } = await leasedWith(() => lost, hostStops);
  expect(await lease.run(attempt)).toEqual({ kind: 'lost', error: { code, message } });
});
