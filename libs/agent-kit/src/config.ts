import {
  AGENT_DIRECTORY,
  AGENT_DIRECTORY_VARIABLE,
  CONCURRENCY_VARIABLE,
  PROCESSES_VARIABLE,
  SCRATCH_VARIABLE,
} from '@agentainer/contracts/agent-paths';
import type { TaskCleanerOptions } from './task-cleaner.js';

/** The directory of this agent's sockets. */
export function agentDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment[AGENT_DIRECTORY_VARIABLE] || AGENT_DIRECTORY;
}

/** What this agent is to clean after each task; undefined where its host says nothing of that. */
export function cleanerOptions(environment: NodeJS.ProcessEnv = process.env): TaskCleanerOptions | undefined {
  const scratch = environment[SCRATCH_VARIABLE]?.split(':').filter((folder) => folder !== '');
  if (!scratch) return undefined;
  return {
    scratch,
    directory: environment[PROCESSES_VARIABLE] === 'own' ? undefined : agentDirectory(environment),
  };
}

/** How many tasks this agent serves at once. */
export function agentConcurrency(environment: NodeJS.ProcessEnv = process.env): number {
  return Number(environment[CONCURRENCY_VARIABLE] || 1);
}
