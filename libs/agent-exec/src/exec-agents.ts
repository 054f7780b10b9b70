import { type RawTask, TaskServer } from '@agentainer/agent-kit/server';
import type { AgentStart, CommandRunner } from '@agentainer/pool';
import { ExecWork } from './exec-work.js';

/** How long tasks may take to end when an agent is let go, in milliseconds. */
const CLOSE_MS = 5_000;

export interface ExecAgentsOptions {
  commands: CommandRunner;
  /** Whether nothing is left of the tasks of an agent, as its driver sees it. */
  isClean(agentId: string): Promise<boolean>;
  /** The longest result of a task, in bytes. */
  resultLimit: number;
}

interface Served {
  work: ExecWork;
  server: TaskServer<RawTask>;
  listening: Promise<void>;
}

/**
 * Serves the agent protocol in the place of agents that know nothing of it (`protocol: exec`): to workers, each of
 * them is an agent as any other.
 */
export class ExecAgents {
  private readonly served = new Map<string, Served>();

  constructor(private readonly options: ExecAgentsOptions) {}

  /** Serves the socket in the agent's directory; the agent need not have started yet. Harmless when repeated. */
  async open(agent: AgentStart): Promise<void> {
    const served = this.served.get(agent.agentId) ?? this.serve(agent);
    try {
      await served.listening;
    } catch (error) {
      if (this.served.get(agent.agentId) === served) this.served.delete(agent.agentId);
      throw error;
    }
  }

  /** Ends the command that runs, and serves the agent no more. Harmless where nothing is open. */
  async close(agentId: string): Promise<void> {
    const served = this.served.get(agentId);
    if (!served) return;
    this.served.delete(agentId);
    const { work, server, listening } = served;
    await listening.catch(() => undefined);
    const overdue = setTimeout(() => server.cut(), CLOSE_MS);
    await Promise.all([work.close(), server.close()]).finally(() => clearTimeout(overdue));
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.served.keys()].map((agentId) => this.close(agentId)));
  }

  private serve(agent: AgentStart): Served {
    const work = new ExecWork(agent, this.options);
    const server = new TaskServer(work, agent.directory);
    const served = { work, server, listening: server.listen() };
    this.served.set(agent.agentId, served);
    return served;
  }
}
