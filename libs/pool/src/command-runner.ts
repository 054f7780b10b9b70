import type { AgentStart } from './ports.js';

/** A task of an agent that is given its tasks as commands (`protocol: exec`). */
export interface TaskCommand {
  /** Beside what every process of the agent has in its environment. */
  environment: Readonly<Record<string, string>>;
  /** What its standard input gets, as far as it reads it. */
  input: AsyncIterable<Buffer>;
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** Aborts when nobody waits for its end any more; whether it then goes on is not known. */
  signal: AbortSignal;
}

/** The agents' commands: run by the same driver that starts the agents. */
export interface CommandRunner {
  /**
   * Runs the agent's command once. Resolves when it has ended and all its output was told: its exit code, 128 and the
   * number of the signal that ended it, or 126 and 127 where it cannot be run or is not there.
   * @throws where that is not known, such as when the agent or its engine went away
   */
  run(agent: AgentStart, command: TaskCommand): Promise<number>;
  /**
   * Signals every process that commands of the agent have left, wherever they hide in it. Whether there were any; 0
   * only asks.
   * @throws where the agent does not answer, and so is of no use
   */
  signal(agent: AgentStart, signal: CommandSignal): Promise<boolean>;
}

export type CommandSignal = 'SIGTERM' | 'SIGKILL' | 0;
