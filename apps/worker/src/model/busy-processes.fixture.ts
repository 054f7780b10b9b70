import { KilledError, Process, type Turns } from './turns.fixture.js';

/** The processes of a world that have work to do; one of a name at a time. */
export class BusyProcesses {
  private readonly works = new Map<string, Promise<void>>();
  /** What the first process failed with that was not killed. */
  wrong: unknown;

  constructor(private readonly turns: Turns) {}

  has(name: string): boolean {
    return this.works.has(name);
  }

  /** Begins a process's work, unless it has some. What it does if it is killed is up to `killed`. */
  begin(name: string, work: (process: Process) => Promise<void>, killed?: () => void): void {
    if (this.works.has(name)) return;
    const process = new Process(name, this.turns);
    const ended = work(process)
      .catch((error: unknown) => {
        if (process.isDead || error instanceof KilledError) killed?.();
        else this.wrong ??= error;
      })
      .finally(() => this.works.delete(name));
    this.works.set(name, ended);
  }
}
