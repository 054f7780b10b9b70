import { isTerminal, RUN_TRANSITIONS, type RunState, type StepState, type TaskState } from '@agentainer/core';
import type { Claim, Completion, RunChange } from '@agentainer/engine';

type Close = Extract<RunChange, { kind: 'close' }>;

export interface ModelTask {
  state: TaskState;
  attempt: number;
  lost: number;
  /** Those of them in which the agent went away. */
  agentsLost: number;
  /** Those that were not the task's doing. */
  interrupted: number;
  /** The attempt that may report; undefined where none runs. */
  token?: string;
  /** JSON text of the result, or the code of the error; undefined where the task was cut off. */
  outcome?: { result: string } | { dropped: true } | { code: string };
}

interface ModelStep {
  state: StepState;
  /** Lanes of an earlier one are given nothing. */
  generation: number;
  tasks: ModelTask[];
}

/** A record as a plain program would keep it: told of each call that reached Redis, it says whether the answer was right. */
export class LedgerModel {
  runState: RunState = 'running';
  readonly steps = new Map<string, ModelStep>();
  /** Tasks whose state operation took effect. */
  readonly contributions = new Set<string>();

  constructor(
    names: string[],
    private readonly limits: { maxLost: number; maxAgentsLost: number; maxInterrupted: number },
  ) {
    for (const name of names) this.steps.set(name, { state: 'pending', generation: 0, tasks: [] });
  }

  applied(changes: RunChange[], applied: boolean[]): void {
    for (const [i, change] of changes.entries()) {
      if (!applied[i]) continue;
      demand(!isOver(this.runState), `${change.kind} after the run's end`);
      if (change.kind === 'finish' || change.kind === 'compensate') this.runState = change.to;
      else if (change.kind === 'open') this.open(change.step, change.total);
      else if (change.kind === 'extend') this.extend(change.step, change.total);
      else if (change.kind === 'close') this.close(change);
    }
  }

  advanced(
    request: { step: string; completion?: Completion; agentId?: string; generation?: number },
    answer: { accepted: boolean; claim: Claim },
  ): void {
    const { step: name, completion } = request;
    const step = this.steps.get(name)!;
    if (completion) {
      const task = step.tasks[completion.index]!;
      const due = this.isOpen(step) && task.state === 'running' && task.token === completion.token;
      demand(answer.accepted === due, `${name}.${completion.index}: accepted is ${answer.accepted}`);
      if (due) this.end(task, completion.end);
    }
    const isLate = (request.generation ?? step.generation) < step.generation;
    if (isLate) demand(answer.claim.kind !== 'task', `${name}: a lane queued again claims`);
    if (!isLate || answer.claim.kind !== 'idle') this.claimed(name, step, answer.claim);
  }

  queuedAgain(name: string, generation: number): void {
    this.steps.get(name)!.generation = generation;
  }

  reclaimed(name: string, count: number): void {
    const step = this.steps.get(name)!;
    const lost = this.isOpen(step) ? step.tasks.filter((t) => t.state === 'running') : [];
    demand(count === lost.length, `${name}: ${count} reclaimed instead of ${lost.length}`);
    const error = { code: 'ATTEMPT_LOST', message: '' };
    for (const task of lost) this.end(task, { kind: 'lost', error }, { reclaimed: true });
  }

  /** A state operation of an attempt took effect, or was refused. */
  operated(step: string, index: number, token: string, tookEffect: boolean): void {
    const there = this.steps.get(step)!;
    const task = there.tasks[index]!;
    const due = this.isOpen(there) && task.state === 'running' && task.token === token;
    demand(tookEffect === due, `${step}.${index}: the effect of an operation is ${tookEffect}`);
    if (due) this.contributions.add(`${step}.${index}`);
  }

  private isOpen(step: ModelStep): boolean {
    return !isOver(this.runState) && (step.state === 'ready' || step.state === 'running');
  }

  private open(name: string, total: number): void {
    const step = this.steps.get(name)!;
    demand(step.state === 'pending', `${name} opened from ${step.state}`);
    step.state = 'ready';
    step.tasks = Array.from({ length: total }, () => ({
      state: 'pending',
      attempt: 0,
      lost: 0,
      agentsLost: 0,
      interrupted: 0,
    }));
  }

  private extend(name: string, total: number): void {
    const step = this.steps.get(name)!;
    demand(
      step.tasks.every((task) => task.state === 'completed'),
      `${name} extended before its tasks ended well`,
    );
    while (step.tasks.length < total)
      step.tasks.push({ state: 'pending', attempt: 0, lost: 0, agentsLost: 0, interrupted: 0 });
    step.generation += 1;
  }

  private close({ step: name, to, tasks = to === 'timed_out' ? to : 'cancelled' }: Close): void {
    const step = this.steps.get(name)!;
    step.state = to;
    for (const task of step.tasks) {
      if (isOpenTask(task)) Object.assign(task, { state: tasks, token: undefined });
    }
  }

  private end(task: ModelTask, end: Completion['end'], { reclaimed = false } = {}): void {
    task.token = undefined;
    if (end.kind === 'completed') {
      Object.assign(task, { state: 'completed', outcome: { result: end.result } });
      return;
    }
    if (end.kind === 'dropped') {
      Object.assign(task, { state: 'completed', outcome: { dropped: true } });
      return;
    }
    if (end.kind === 'lost') task.lost += 1;
    if (end.kind === 'lost' && end.error.code === 'AGENT_LOST') task.agentsLost += 1;
    else if (end.kind === 'lost' && !reclaimed) task.interrupted += 1;
    const { maxLost, maxAgentsLost, maxInterrupted } = this.limits;
    const own = task.lost - task.interrupted;
    const mayBeLost = own < maxLost && task.agentsLost < maxAgentsLost && task.interrupted < maxInterrupted;
    const again = end.kind === 'lost' ? mayBeLost : end.retryInMs !== undefined;
    if (again) task.state = 'retrying';
    else {
      const [state, code] = end.kind === 'lost' ? ['failed', 'POISON'] : [end.kind, end.error.code];
      Object.assign(task, { state, outcome: { code } });
    }
  }

  private claimed(name: string, step: ModelStep, claim: Claim): void {
    const open = step.tasks.filter(isOpenTask);
    switch (claim.kind) {
      case 'task': {
        const task = step.tasks[claim.task.index]!;
        demand(this.isOpen(step), `${name}: a claim of a closed step`);
        demand(task.state === 'pending' || task.state === 'retrying', `${name}: ${task.state} was claimed`);
        task.attempt += 1;
        demand(claim.task.attempt === task.attempt, `${name}: attempt ${claim.task.attempt}`);
        Object.assign(task, { state: 'running', token: claim.task.token });
        step.state = 'running';
        return;
      }
      case 'drained':
        return demand(open.length === 0, `${name}: drained with open tasks`);
      case 'idle':
        return demand(
          open.length > 0 && open.every((t) => t.state === 'running'),
          `${name}: idle with work to do`,
        );
      case 'open':
      case 'wait':
      case 'full':
        return demand(open.length > 0 && this.isOpen(step), `${name}: ${claim.kind} without open tasks`);
      case 'paused':
        return demand(false, `${name}: nobody paused the run`);
      case 'closed':
        return;
    }
  }
}

export function isOpenTask({ state }: ModelTask): boolean {
  return state === 'pending' || state === 'running' || state === 'retrying';
}

export function isOver(state: RunState): boolean {
  return isTerminal(RUN_TRANSITIONS, state);
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new ModelError(otherwise);
}

/** What Redis answered is not what the model says. */
export class ModelError extends Error {}
