import type { AgentConnections } from '@agentainer/agent-client';
import type { TaskErrorCode } from '@agentainer/core';
import type { AgentLease, AgentSource, AttemptRequest, AttemptResult, LeaseAnswer } from '@agentainer/engine';
import type { HeldLease, Lease, LeaseEnding, LeaseOptions, Leaser } from '@agentainer/pool';
import type { SecretFilter } from './secret-filter.js';
import type { StartMode, WorkerMetrics } from './worker-metrics.js';

/** An agent that does not answer its probe within that many milliseconds is not used. */
const PROBE_DEADLINE_MS = 1_000;

/** The agents of the worker's host: leased through Redis, checked before each use, spoken to over their sockets. */
export class WorkerAgents implements AgentSource {
  constructor(
    private readonly leaser: Leaser,
    private readonly connections: AgentConnections,
    private readonly secrets: SecretFilter,
    private readonly metrics: WorkerMetrics,
  ) {}

  async lease(poolId: string, options: LeaseOptions): Promise<LeaseAnswer> {
    const asked = performance.now();
    for (;;) {
      const waitMs = Math.max(0, options.waitMs - (performance.now() - asked));
      const answer = await this.leaser.lease(poolId, { ...options, waitMs });
      if (answer.kind !== 'leased') return answer;
      const { held, waited } = answer;
      const granted = performance.now();
      const { directory, slot } = held.lease;
      if (await this.connections.probe(directory, PROBE_DEADLINE_MS, slot)) {
        this.metrics.leaseWait.observe({ pool: poolId }, (performance.now() - asked) / 1_000);
        const begin = { asked, granted, waited };
        return {
          kind: 'leased',
          lease: new WorkerLease(held, begin, this.leaser, this.connections, this.secrets, this.metrics),
        };
      }
      await this.leaser.release(held, { uses: 0, suspect: true });
    }
  }
}

/** How a lease began, as `performance.now()` tells the time. */
interface LeaseBegin {
  asked: number;
  granted: number;
  /** Whether no agent was idle. */
  waited: boolean;
}

class WorkerLease implements AgentLease {
  readonly agentId: string;
  readonly lost: AbortSignal;
  usesLeft: number;
  private uses = 0;
  /** Whether the agent said that nothing is left of the latest task; undefined where it said nothing of that. */
  private clean: boolean | undefined;
  /** Since when the agent has been there for the next task. */
  private readySince: number;
  private mode: StartMode;

  constructor(
    private readonly held: HeldLease,
    private readonly begin: LeaseBegin,
    private readonly leaser: Leaser,
    private readonly connections: AgentConnections,
    private readonly secrets: SecretFilter,
    private readonly metrics: WorkerMetrics,
  ) {
    const { lease } = held;
    this.agentId = lease.agentId;
    this.lost = held.lost;
    this.usesLeft = lease.usesLeft;
    this.mode = modeOf(lease, begin);
    // What is waited for is the start of an agent that is new, and else the end of what others do.
    this.readySince = lease.uses === 0 ? begin.asked : begin.granted;
  }

  async run(attempt: AttemptRequest): Promise<AttemptResult> {
    const { lease } = this.held;
    const began = performance.now();
    this.measureStart(began);
    this.usesLeft--;
    this.uses++;
    this.clean = undefined;
    const result = await this.secrets.run(attempt, async (one) => {
      const answer = await this.connections.run(lease.directory, lease, one);
      this.clean = answer.clean;
      return answer;
    });
    // Nobody finds what an earlier task left: the agent is looked at from outside, or replaced, before it is used again.
    if (!this.clean) this.usesLeft = 0;
    const ended = performance.now();
    this.readySince = ended;
    this.mode = 'pooled';
    if (this.uses === 1)
      this.metrics.handOver.observe({ pool: lease.poolId }, (ended - this.begin.asked) / 1_000);
    this.metrics.attempts.inc({ pool: lease.poolId, outcome: result.kind });
    this.metrics.attemptDuration.observe({ pool: lease.poolId }, (ended - began) / 1_000);
    return this.judged(result);
  }

  /** An agent that ended because its host stops did not die of its task, whether it can say so itself or not. */
  private async judged(result: AttemptResult): Promise<AttemptResult> {
    if (result.kind !== 'lost' || result.error.code !== ('AGENT_LOST' satisfies TaskErrorCode)) return result;
    if (!(await this.leaser.hostStops(this.held))) return result;
    const code: TaskErrorCode = 'AGENT_STOPPED';
    return { kind: 'lost', error: { code, message: `the host of the agent stops: ${result.error.message}` } };
  }

  private measureStart(began: number): void {
    const { poolId: pool, uses } = this.held.lease;
    this.metrics.startupTime.observe({ pool, mode: this.mode }, (began - this.readySince) / 1_000);
    if (uses + this.uses > 0) this.metrics.reuses.inc({ pool });
  }

  keep(behindMs: number, othersWait: boolean): Promise<boolean> {
    return this.leaser.keep(this.held, behindMs, othersWait);
  }

  async release({ suspect = false, failed }: Parameters<AgentLease['release']>[0] = {}): Promise<void> {
    const { directory, slot } = this.held.lease;
    if (suspect) this.connections.drop(directory, slot);
    await this.leaser.release(this.held, { uses: this.uses, suspect, failed, traces: this.traces() });
  }

  private traces(): LeaseEnding['traces'] {
    if (this.clean) return undefined;
    return this.clean === false ? 'left' : 'unknown';
  }
}

function modeOf({ uses, usesLeft }: Lease, { waited }: LeaseBegin): StartMode {
  if (uses === 0 && usesLeft === 1) return 'standard';
  return uses === 0 && waited ? 'cold' : 'pooled';
}
