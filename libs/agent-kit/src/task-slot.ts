/** The task that an agent runs. */
export interface RunningTask {
  readonly id: string;
  readonly epoch: number;
  readonly abort: AbortController;
}

export type Admission =
  | { kind: 'admitted'; task: RunningTask }
  /** A newer lease was seen: whoever asks has lost the agent. */
  | { kind: 'stale' }
  /** The same lease runs a task already. */
  | { kind: 'busy' };

/** Why a task was aborted; what its handler finds as the signal's reason. */
export class TaskAbortedError extends Error {
  constructor(
    message: string,
    /** What the worker is told, where the task ends because of it. */
    readonly code: 'TASK_CANCELLED' | 'AGENT_STOPPED' = 'TASK_CANCELLED',
  ) {
    super(message);
    this.name = 'AbortError';
  }
}

/** The agent was told to end: its task is to be tried again on another, whatever it would have come to. */
export class AgentStoppedError extends TaskAbortedError {
  constructor() {
    super('the agent stops', 'AGENT_STOPPED');
  }
}

/** Who may run a task here: the newest lease, one task at a time. */
export class TaskSlot {
  private highestEpoch = 0;
  private running: RunningTask | undefined;
  /** Whether a task was begun while an aborted one may not have ended. */
  private overlapped = false;

  /** A newer lease ends the task that runs for an older one. */
  admit(id: string, epoch: number): Admission {
    if (epoch < this.highestEpoch) return { kind: 'stale' };
    if (this.running && epoch === this.highestEpoch) return { kind: 'busy' };
    const aborted = this.abort(new TaskAbortedError('a newer lease took the agent'));
    this.overlapped ||= aborted;
    this.highestEpoch = epoch;
    this.running = { id, epoch, abort: new AbortController() };
    return { kind: 'admitted', task: this.running };
  }

  /** Aborts the task that runs; only that one where an id is given. False where there was none. */
  abort(reason: TaskAbortedError, id?: string): boolean {
    if (!this.running || (id !== undefined && this.running.id !== id)) return false;
    this.running.abort.abort(reason);
    return true;
  }

  /** Says that the task's handler has ended. */
  leave(task: RunningTask): void {
    if (this.running === task) this.running = undefined;
  }

  /** Whether no other task can have done anything since this one was admitted. */
  isAlone(task: RunningTask): boolean {
    return this.running === task && !this.overlapped;
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }
}
