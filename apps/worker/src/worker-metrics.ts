import { Counter, Histogram, type Registry } from '@agentainer/runtime';

/** From a tenth of a millisecond to a minute. */
const WAIT_BUCKETS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60];
const DURATION_BUCKETS = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000];

/** How an agent was there for a task: started for it, from a pool, or one of those that serve one task each. */
export type StartMode = 'cold' | 'pooled' | 'standard';

/** What a worker measures. */
export class WorkerMetrics {
  readonly leaseWait: Histogram<'pool'>;
  readonly handOver: Histogram<'pool'>;
  readonly startupTime: Histogram<'pool' | 'mode'>;
  readonly reuses: Counter<'pool'>;
  readonly attempts: Counter<'pool' | 'outcome'>;
  readonly attemptDuration: Histogram<'pool'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.leaseWait = new Histogram({
      name: 'agentainer_pool_wait_time_seconds',
      help: 'From asking for an agent to having one that answered its probe',
      labelNames: ['pool'],
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.handOver = new Histogram({
      name: 'agentainer_task_hand_over_seconds',
      help: 'From asking for an agent to the end of the first task that it ran under this lease',
      labelNames: ['pool'],
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.startupTime = new Histogram({
      name: 'agentainer_task_startup_time_seconds',
      help: 'Until a task was sent to its agent: since that was there for it, or since one was asked for where it had to be started',
      labelNames: ['pool', 'mode'],
      buckets: WAIT_BUCKETS,
      registers,
    });
    this.reuses = new Counter({
      name: 'agentainer_agent_reuses_total',
      help: 'Tasks sent to agents that had run another one before',
      labelNames: ['pool'],
      registers,
    });
    this.attempts = new Counter({
      name: 'agentainer_attempts_total',
      help: 'Attempts ended, by how they ended',
      labelNames: ['pool', 'outcome'],
      registers,
    });
    this.attemptDuration = new Histogram({
      name: 'agentainer_attempt_duration_seconds',
      help: 'From sending a task to an agent to its answer',
      labelNames: ['pool'],
      buckets: DURATION_BUCKETS,
      registers,
    });
  }
}
