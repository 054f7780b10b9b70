import type { LaneJob, StepLanes, StepQueue } from '@agentainer/engine';
import type { Random } from './turns.fixture.js';

export interface Message extends LaneJob {
  /** Of a lane; one that only wakes a run is of no step. */
  id: string;
  /** Its lane has waited for the time of a retry. */
  delayed: boolean;
}

/**
 * A queue of lanes that keeps what the engine may rely on, and no more: ids that were seen are not queued again, and
 * what is taken and not ended comes back. Messages come in any order; some are lost, some come twice.
 */
export class FaultyQueue implements StepQueue {
  private readonly seen = new Set<string>();
  private readonly queued = new Map<string, Message>();
  private readonly active = new Map<string, Message>();

  private woken = 0;

  constructor(private readonly random: Random) {}

  get length(): number {
    return this.queued.size;
  }

  addRun(runId: string, steps: StepLanes[]): Promise<void> {
    return this.addSteps(runId, steps);
  }

  addSteps(runId: string, steps: StepLanes[]): Promise<void> {
    for (const { step, lanes, generation } of steps) {
      for (let lane = 0; lane < lanes; lane++)
        this.add({ runId, step, generation, id: idOf(runId, step, generation, lane) });
    }
    return Promise.resolve();
  }

  wakeRuns(runIds: string[]): Promise<void> {
    for (const runId of runIds)
      this.add({ runId, step: '', generation: 0, id: `wake ${(this.woken += 1)} of ${runId}` });
    return Promise.resolve();
  }

  /** No plan of the model has items outside. */
  askForItems(): Promise<void> {
    return Promise.resolve();
  }

  hasLanes(runId: string, { step, lanes, generation }: StepLanes): Promise<boolean> {
    const ids = Array.from({ length: lanes }, (_, lane) => idOf(runId, step, generation, lane));
    return Promise.resolve(ids.some((id) => this.queued.has(id) || this.active.has(id)));
  }

  take(message: Message): Message {
    this.queued.delete(message.id);
    this.active.set(message.id, message);
    return message;
  }

  lose(): Message {
    const message = this.any()!;
    this.queued.delete(message.id);
    return message;
  }

  done({ id }: Message): void {
    this.active.delete(id);
  }

  /** Back in the queue: its lane asked for it, or its taker is gone. */
  again(message: Message): void {
    if (this.active.delete(message.id)) this.queued.set(message.id, message);
  }

  private add(job: LaneJob & { id: string }): void {
    if (this.seen.has(job.id)) return;
    this.seen.add(job.id);
    this.queued.set(job.id, { ...job, delayed: false });
  }

  /** One that is queued, and stays so: taken without {@link take} it is delivered twice. */
  any(): Message | undefined {
    return [...this.queued.values()][this.random.below(this.queued.size)];
  }
}

function idOf(runId: string, step: string, generation: number, lane: number): string {
  return `${runId}.${step}.g${generation}.lane${lane}`;
}
