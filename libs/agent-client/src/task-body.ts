import { formatTaskId } from '@agentainer/core';
import type { TaskRequest } from '@agentainer/contracts';
import type { AttemptRequest } from '@agentainer/engine';

/** So many heartbeats an agent is asked for, of which one must come in time. */
const HEARTBEATS_PER_TIMEOUT = 4;

/** The right by which a worker uses an agent; the agent keeps to the highest epoch that it has seen. */
export interface LeaseClaim {
  id: string;
  epoch: number;
}

/** The parts of the input could not be read on the worker's side: no fault of the agent's. */
export class InputUnreadableError extends Error {
  constructor(cause: unknown) {
    super(`the input could not be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'InputUnreadableError';
  }
}

/** The body of `POST /tasks`; in parts where the input comes in parts. */
export function taskBody(lease: LeaseClaim, attempt: AttemptRequest): string | AsyncIterable<string> {
  const envelope: Omit<TaskRequest, 'input'> = {
    lease: { id: lease.id, epoch: lease.epoch },
    task: {
      id: formatTaskId(attempt),
      run_id: attempt.runId,
      workflow_id: attempt.workflowId,
      step: attempt.step,
      kind: attempt.kind,
      index: attempt.index,
      attempt: attempt.attempt,
      token: attempt.token,
      timeout_ms: attempt.timeoutMs,
      ...(attempt.heartbeatTimeoutMs !== undefined && {
        heartbeat_ms: Math.ceil(attempt.heartbeatTimeoutMs / HEARTBEATS_PER_TIMEOUT),
      }),
    },
  };
  const head = `${JSON.stringify(envelope).slice(0, -1)},"input":`;
  return typeof attempt.input === 'string' ? `${head}${attempt.input}}` : inParts(head, attempt.input);
}

async function* inParts(head: string, input: AsyncIterable<string>): AsyncIterable<string> {
  yield head;
  try {
    yield* input;
  } catch (error) {
    throw new InputUnreadableError(error);
  }
  yield '}';
}
