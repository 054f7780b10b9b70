import { newId, type StateOperation, validateDefinition } from '@agentainer/core';
import type { StateOperationAnswer } from '@agentainer/engine';
import type { Redis } from 'ioredis';
import { newKeys } from './redis.fixture.js';
import { RedisRunStore } from './run-store.js';
import { RedisStateStore } from './state-store.js';
import { DEFAULT_LEDGER_LIMITS, RedisTaskLedger } from './task-ledger.js';

export const STEP = 'count';

/** A running attempt of a task, numbering its calls as an agent does. */
export interface Attempt {
  index: number;
  token: string;
  agentId: string;
  calls: number;
}

/** One run with an open map step, made by the real stores, under a key prefix of its own. */
export class StateRun {
  readonly runId = newId('run');
  readonly keys = newKeys();
  readonly state: RedisStateStore;
  readonly runs: RedisRunStore;
  readonly ledger: RedisTaskLedger;

  private constructor(readonly redis: Redis) {
    this.state = new RedisStateStore(redis, this.keys);
    this.runs = new RedisRunStore(redis, this.keys);
    this.ledger = new RedisTaskLedger(redis, this.keys, {
      ...DEFAULT_LEDGER_LIMITS,
      maxLost: 1_000,
      maxAgentsLost: 1_000,
      maxInterrupted: 1_000,
    });
  }

  static async open(redis: Redis, tasks = 3): Promise<StateRun> {
    const run = new StateRun(redis);
    const definition = validateDefinition({
      name: 'counting',
      steps: [{ name: STEP, type: 'map', image: 'counter', items: { input: '' } }],
    });
    const record = { id: run.runId, workflowId: null, workflowVersion: null, definition, input: 'null' };
    await run.runs.create(record);
    const items = Array.from({ length: tasks }, (_, i) => String(i));
    await run.runs.putItems(run.runId, STEP, 'l1', 0, items);
    await run.runs.apply(run.runId, [{ kind: 'open', step: STEP, total: tasks, layout: 'l1' }]);
    return run;
  }

  /** Claims the next task: a new one, or one whose retry is due. */
  async claim(agentId: string = newId('agent')): Promise<Attempt> {
    const { claim } = await this.ledger.completeAndClaim({ runId: this.runId, step: STEP, agentId });
    if (claim.kind !== 'task') throw new Error(`nothing to claim: ${claim.kind}`);
    return { index: claim.task.index, token: claim.task.token, agentId, calls: 0 };
  }

  async complete({ index, token }: Attempt): Promise<void> {
    const completion = { index, token, end: { kind: 'completed', result: 'null' } as const };
    await this.ledger.completeAndClaim({ runId: this.runId, step: STEP, completion });
  }

  /** Loses the attempt and claims the task again, for the same agent. */
  async retry({ index, token, agentId }: Attempt): Promise<Attempt> {
    const error = { code: 'AGENT_LOST', message: 'killed' };
    const completion = { index, token, end: { kind: 'lost', error } as const };
    const request = { runId: this.runId, step: STEP, completion, agentId };
    const { claim } = await this.ledger.completeAndClaim(request);
    if (claim.kind !== 'task' || claim.task.index !== index) throw new Error('the task did not come back');
    return { index, token: claim.task.token, agentId, calls: 0 };
  }

  /** The attempt's next call. */
  call(attempt: Attempt, operation: StateOperation): Promise<StateOperationAnswer> {
    attempt.calls += 1;
    return this.repeat(attempt, operation);
  }

  /** The attempt's last call once more, or another one under its number. */
  repeat(attempt: Attempt, operation: StateOperation, seq = attempt.calls): Promise<StateOperationAnswer> {
    const { index, token, agentId } = attempt;
    return this.state.apply({ runId: this.runId, step: STEP, index, token, agentId, seq, operation });
  }
}
