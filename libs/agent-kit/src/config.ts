import { AGENT_DIRECTORY, AGENT_DIRECTORY_VARIABLE } from '@agentainer/contracts/agent-paths';

/** The directory of this agent's sockets. */
export function agentDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment[AGENT_DIRECTORY_VARIABLE] || AGENT_DIRECTORY;
}
