import type { PoolDirectory, StepLanes, StepQueue } from './ports.js';

/**
 * A queue whose lanes are always taken: their pools are made known to hosts and workers before they are queued, by
 * whomever. A pool that nobody asked for in a while is forgotten, so that it once was known says nothing.
 */
export class RegisteringQueue implements StepQueue {
  constructor(
    private readonly queue: StepQueue,
    private readonly pools: Pick<PoolDirectory, 'register'>,
  ) {}

  async addRun(runId: string, steps: StepLanes[]): Promise<void> {
    await this.register(steps);
    await this.queue.addRun(runId, steps);
  }

  async addSteps(runId: string, steps: StepLanes[]): Promise<void> {
    await this.register(steps);
    await this.queue.addSteps(runId, steps);
  }

  wakeRuns(runIds: string[]): Promise<void> {
    return this.queue.wakeRuns(runIds);
  }

  askForItems(runId: string, step: string): Promise<void> {
    return this.queue.askForItems(runId, step);
  }

  hasLanes(runId: string, step: StepLanes): Promise<boolean> {
    return this.queue.hasLanes(runId, step);
  }

  private async register(steps: StepLanes[]): Promise<void> {
    for (const { pool } of steps) if (pool) await this.pools.register(pool);
  }
}
