import { QueueFullError } from '@agentainer/core';
import type { RunStore } from './ports.js';

/** Keeps the number of runs that have not ended within a limit, so that a flood is refused at the door and not swallowed. */
export class RunAdmission {
  /** @param maxActive calls at the same moment may pass it by their number */
  constructor(
    private readonly runs: Pick<RunStore, 'activeCount' | 'load'>,
    private readonly maxActive: number,
  ) {}

  /** Lets a run in; one that is there already is let in always. @throws {QueueFullError} */
  async admit(runId: string): Promise<void> {
    const active = await this.runs.activeCount();
    if (active < this.maxActive || (await this.runs.load(runId))) return;
    throw new QueueFullError(`${active} runs have not ended, and ${this.maxActive} are allowed`);
  }
}
