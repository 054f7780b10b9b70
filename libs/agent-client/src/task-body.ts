import { formatTaskId } from '@agentainer/core';
import type { TaskRequest } from '@agentainer/contracts';
import type { AttemptRequest } from '@agentainer/engine';

/** So many heartbeats an agent is asked for, of which one must come in time. */
const HEARTBEATS_PER_TIMEOUT = 4;

/** The right by which a worker uses an agent; the agent keeps to the highest epoch that it has seen in its slot. */
export interface LeaseClaim {
  id: string;
  epoch: number;
  slot: number;
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

/**
 * The body of `POST /tasks`; in parts where the input comes in parts. Then it ends early when `answered` aborts, for
 * nobody reads more of it, and `onEnd` is called when the input has.
 */
export function taskBody(
  lease: LeaseClaim,
  attempt: AttemptRequest,
  answered: AbortSignal | undefined,
  onEnd: () => void = () => undefined,
): string | AsyncIterable<string> {
  const envelope: Omit<TaskRequest, 'input'> = {
    lease: { id: lease.id, epoch: lease.epoch, slot: lease.slot },
    task: {
      id: formatTaskId(attempt),
      run_id: attempt.runId,
      workflow_id: attempt.workflowId,
      parent_id: attempt.parent ? formatTaskId(attempt.parent) : null,
      step: attempt.step,
      kind: attempt.kind,
      index: attempt.index,
      ...(attempt.level !== undefined && { level: attempt.level }),
      attempt: attempt.attempt,
      token: attempt.token,
      timeout_ms: attempt.timeoutMs,
      ...(attempt.heartbeatTimeoutMs !== undefined && {
        heartbeat_ms: Math.ceil(attempt.heartbeatTimeoutMs / HEARTBEATS_PER_TIMEOUT),
      }),
    },
  };
  const head = `${JSON.stringify(envelope).slice(0, -1)},"input":`;
  if (typeof attempt.input === 'string') return `${head}${attempt.input}}`;
  return inParts(head, attempt.input, answered, onEnd);
}

async function* inParts(
  head: string,
  input: AsyncIterable<string>,
  answered: AbortSignal | undefined,
  onEnd: () => void,
): AsyncIterable<string> {
  yield head;
  try {
    const parts = input[Symbol.asyncIterator]();
    for (let part = await next(parts, answered); part !== undefined; part = await next(parts, answered))
      yield part;
  } catch (error) {
    throw new InputUnreadableError(error);
  }
  onEnd();
  yield '}';
}

/** The next part; undefined at the end, and as soon as the signal aborts. Promise.race would keep all parts alive. */
function next(parts: AsyncIterator<string>, signal: AbortSignal | undefined): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    parts
      .next()
      .then(({ value, done }) => resolve(done ? undefined : (value as string)), reject)
      .finally(() => signal?.removeEventListener('abort', stop));
  });
}
