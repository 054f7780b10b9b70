import { ConflictError, NotFoundError } from '@agentainer/core';
import type { AgentAttempt, RunStore, TaskLedger } from '@agentainer/engine';
import type { Vault } from '@agentainer/secrets';
import { GatewayError } from './gateway-problem.js';

/** Tells secrets to attempts: to the one that runs of its task, and only those that its step names. */
export class TaskSecrets {
  constructor(
    private readonly runs: Pick<RunStore, 'definition'>,
    private readonly ledger: Pick<TaskLedger, 'isRunning'>,
    private readonly vault: Pick<Vault, 'reveal'>,
  ) {}

  /** @throws {GatewayError} @throws {UnavailableError} */
  async reveal(attempt: AgentAttempt, name: string): Promise<string> {
    const definition = await this.runs.definition(attempt.runId);
    const step = definition?.steps.find((s) => s.name === attempt.step);
    if (!step || !(await this.ledger.isRunning(attempt)))
      throw new GatewayError('STALE_ATTEMPT', 'the attempt is no longer the running one of its task');
    // Whether there is such a secret is told only to who may have it.
    if (!('secrets' in step) || !step.secrets?.includes(name))
      throw new GatewayError(
        'SECRET_NOT_ALLOWED',
        `the step ${step.name} does not name the secret "${name}"`,
      );
    try {
      return await this.vault.reveal(name);
    } catch (error) {
      if (error instanceof NotFoundError || error instanceof ConflictError)
        throw new GatewayError('SECRET_NOT_FOUND', error.message);
      throw error;
    }
  }
}
