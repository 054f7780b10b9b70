import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStart, CommandRunner } from '@agentainer/pool';

/** How long a command that is told to end may take before it is killed, in milliseconds: less than workers wait. */
const GRACE_MS = 1_000;
/** How long the kernel, and the engine, may take to end what is killed, in milliseconds. */
const KILL_MS = 3_000;
const POLL_MS = 10;

/** Ends all processes of an agent's commands; resolves when none is left. @throws where that does not come to pass */
export async function endLeftovers(runner: CommandRunner, agent: AgentStart): Promise<void> {
  const giveUpAt = performance.now() + KILL_MS;
  while (await runner.signal(agent, 'SIGKILL')) {
    if (performance.now() > giveUpAt) throw new Error('processes of a command survived SIGKILL');
    await sleep(POLL_MS);
  }
}

/** A command that runs, and how it is made to end. */
export class CommandEnd {
  private readonly gaveUp = new AbortController();
  private hasEnded = false;
  private ending: Promise<void> | undefined;

  constructor(
    private readonly runner: CommandRunner,
    private readonly agent: AgentStart,
  ) {}

  /** Aborts where the command could not be ended. */
  get signal(): AbortSignal {
    return this.gaveUp.signal;
  }

  /** SIGTERM, a moment, SIGKILL; with `kill` nothing but that. */
  readonly begin = ({ kill = false } = {}): void => {
    this.ending ??= this.end(kill).catch((error: unknown) => this.gaveUp.abort(error));
  };

  /** Says that the command has ended. */
  done(): void {
    this.hasEnded = true;
  }

  private async end(kill: boolean): Promise<void> {
    if (!kill) {
      await this.runner.signal(this.agent, 'SIGTERM');
      await this.ended(GRACE_MS);
    }
    // Again and again: a command that is just being started is there only after that.
    for (const giveUpAt = performance.now() + KILL_MS; !this.hasEnded;) {
      if (performance.now() > giveUpAt) throw new Error('the command survived SIGKILL');
      await this.runner.signal(this.agent, 'SIGKILL');
      await this.ended(5 * POLL_MS);
    }
  }

  private async ended(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (!this.hasEnded && performance.now() < until) await sleep(POLL_MS);
  }
}
