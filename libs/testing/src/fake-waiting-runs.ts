import { type Json, NotFoundError } from '@agentainer/core';
import type { ApprovalDecision, PendingApproval, WaitingRuns } from '@agentainer/engine';

/** Notes what runs were told, and has the approvals that a test gives it. */
export class FakeWaitingRuns implements Pick<
  WaitingRuns,
  'signal' | 'approvals' | 'decide' | 'link' | 'byToken'
> {
  readonly told: Json[] = [];
  readonly pending: PendingApproval[] = [];

  signal(runId: string, signal: string, data: Json): Promise<void> {
    this.told.push({ runId, signal, data });
    return Promise.resolve();
  }

  approvals(runId: string): Promise<PendingApproval[]> {
    return Promise.resolve(this.pending.filter(({ run }) => run.id === runId));
  }

  decide(runId: string, step: string, decision: ApprovalDecision, data: Json): Promise<void> {
    this.told.push({ runId, step, decision, data });
    return Promise.resolve();
  }

  link(runId: string, step: string, ttlMs: number): Promise<{ token: string; expiresAt: number }> {
    return Promise.resolve({ token: `${runId}.${step}.${'s'.repeat(43)}`, expiresAt: Date.now() + ttlMs });
  }

  byToken(token: string): Promise<PendingApproval> {
    const [runId, step] = token.split('.');
    const found = this.pending.find(({ run, record }) => run.id === runId && record.name === step);
    return found ? Promise.resolve(found) : Promise.reject(new NotFoundError('approval', '(token)'));
  }
}
