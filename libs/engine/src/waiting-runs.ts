import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type Approval,
  ConflictError,
  formFaults,
  InvalidInputError,
  type Json,
  NotFoundError,
  TASK_ERRORS,
  type TaskError,
  type WaitStep,
} from '@agentainer/core';
import { type Logger, withDeadline } from '@agentainer/runtime';
import type { RunStore } from './ports.js';
import type { RunRecord, StepRecord } from './records.js';
import type { RunAdvancer } from './run-advancer.js';
import type { WaitEnd } from './waits.js';

/** How long a caller waits for the run to go on, in milliseconds; what they said is recorded by then. */
const ADVANCE_DEADLINE_MS = 5_000;
const MOST_DETAIL = 4_096;
/** Bytes of a signal's data as JSON. */
const MOST_DATA = 256 * 1_024;
const TOKEN = /^(run_[0-9a-z]{26})\.([a-z0-9][a-z0-9_-]{0,62})\.([A-Za-z0-9_-]{43})$/;

export type Decision = 'approve' | 'reject';

/** An approval that a run waits for. */
export interface PendingApproval {
  run: RunRecord;
  record: StepRecord;
  approval: Approval;
}

/** What people and other systems tell runs that wait for them. Once a call resolves, what it said is in the record. */
export class WaitingRuns {
  constructor(
    private readonly runs: RunStore,
    private readonly advancer: RunAdvancer,
    private readonly logger: Logger,
  ) {}

  /**
   * Sends a signal; it is kept where no step waits for it yet.
   * @throws {NotFoundError} where no step of the run is for such a signal
   * @throws {ConflictError} where the run has ended, or keeps too many signals
   * @throws {InvalidInputError} for data over the limit
   */
  async signal(runId: string, name: string, data: Json): Promise<void> {
    const definition = await this.runs.definition(runId);
    if (!definition) throw new NotFoundError('run', runId);
    if (!definition.steps.some((step) => step.type === 'wait' && step.signal?.name === name)) {
      throw new NotFoundError(`signal of run ${runId}`, name);
    }
    if (Buffer.byteLength(JSON.stringify(data)) > MOST_DATA) {
      const message = `must not have more than ${MOST_DATA} bytes of JSON`;
      throw new InvalidInputError([{ path: 'data', message }]);
    }
    const answer = await this.runs.waits.sendSignal(runId, name, data);
    if (answer === 'unknown') throw new NotFoundError('run', runId);
    if (answer === 'ended') throw new ConflictError(`run ${runId} has ended`);
    if (answer === 'full')
      throw new ConflictError(`run ${runId} keeps too many signals that no step waits for`);
    await this.advance(runId);
  }

  /** The approvals that a run waits for. @throws {NotFoundError} */
  async approvals(runId: string): Promise<PendingApproval[]> {
    const run = await this.runs.load(runId);
    const definition = await this.runs.definition(runId);
    if (!run || !definition) throw new NotFoundError('run', runId);
    const approvals = new Map(
      definition.steps.flatMap((step) =>
        step.type === 'wait' && step.approval ? [[step.name, step.approval] as const] : [],
      ),
    );
    return run.steps.flatMap((record) => {
      const approval = approvals.get(record.name);
      return record.state === 'waiting' && approval ? [{ run, record, approval }] : [];
    });
  }

  /**
   * Decides on an approval.
   * @throws {NotFoundError} where the run has no such approval
   * @throws {ConflictError} where it is decided, or not waited for yet
   * @throws {InvalidInputError} with all faults of the filled in form
   */
  async decide(runId: string, step: string, decision: Decision, data: Json): Promise<void> {
    const { approval } = await this.approvalStep(runId, step);
    const faults = formFaults(approval!.form, data, decision);
    if (faults.length > 0) throw new InvalidInputError(faults);
    const end: WaitEnd =
      decision === 'approve'
        ? { to: 'completed', result: { decision, data } }
        : { to: 'failed', error: rejection(data) };
    if (!(await this.runs.waits.endWait(runId, step, end))) {
      throw new ConflictError(`step ${step} of run ${runId} does not wait for an approval`);
    }
    await this.advance(runId);
  }

  /**
   * A new token with which one decision on an approval may be made without an API key; the ones before it no longer
   * count. Only its hash is kept.
   * @throws {ConflictError} where the step does not wait
   */
  async link(runId: string, step: string, ttlMs: number): Promise<{ token: string; expiresAt: number }> {
    await this.approvalStep(runId, step);
    const secret = randomBytes(32).toString('base64url');
    const expiresAt = await this.runs.waits.putApprovalLink(runId, step, hashOf(secret), ttlMs);
    if (expiresAt === undefined) {
      throw new ConflictError(`step ${step} of run ${runId} does not wait for an approval`);
    }
    return { token: `${runId}.${step}.${secret}`, expiresAt };
  }

  /** The approval that a token is for. @throws {NotFoundError} whatever is wrong with it */
  async byToken(token: string): Promise<PendingApproval> {
    const [, runId, step, secret] = TOKEN.exec(token) ?? [];
    const hash = runId && step && (await this.runs.waits.approvalLink(runId, step));
    if (hash && timingSafeEqual(Buffer.from(hash), Buffer.from(hashOf(secret!)))) {
      const found = (await this.approvals(runId)).find(({ record }) => record.name === step);
      if (found) return found;
    }
    throw new NotFoundError('approval', '(token)');
  }

  private async approvalStep(runId: string, name: string): Promise<WaitStep> {
    const definition = await this.runs.definition(runId);
    if (!definition) throw new NotFoundError('run', runId);
    const step = definition.steps.find((s) => s.name === name);
    if (step?.type !== 'wait' || !step.approval) throw new NotFoundError(`approval of run ${runId}`, name);
    return step;
  }

  /** What goes wrong from here on delays the run, for the sweeper will bring it forward. */
  private async advance(runId: string): Promise<void> {
    const advanced = withDeadline('advancing a run', ADVANCE_DEADLINE_MS, this.advancer.advance(runId));
    await advanced.catch((error: unknown) =>
      this.logger.warn({ err: error, run: runId }, 'a run was told something, but could not go on yet'),
    );
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function rejection(data: Json): TaskError {
  const detail = JSON.stringify(data);
  return {
    code: 'APPROVAL_REJECTED',
    message: TASK_ERRORS.APPROVAL_REJECTED,
    ...(detail !== '{}' && { detail: detail.slice(0, MOST_DETAIL) }),
  };
}
