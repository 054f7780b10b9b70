import {
  AGENT_DIRECTORY_VARIABLE,
  CONCURRENCY_VARIABLE,
  SCRATCH_VARIABLE,
} from '@agentainer/contracts/agent-paths';
import { scratchOf } from './scratch.js';

/**
 * All that an agent gets of an environment: nothing of what its host was given.
 * @param concurrency tasks that it serves at once
 */
export function agentEnvironment(
  directory: string,
  concurrency = 1,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    PATH: environment.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    NODE_ENV: environment.NODE_ENV ?? 'production',
    TMPDIR: scratchOf(directory),
    [AGENT_DIRECTORY_VARIABLE]: directory,
    [SCRATCH_VARIABLE]: scratchOf(directory),
    ...(concurrency > 1 && { [CONCURRENCY_VARIABLE]: String(concurrency) }),
  };
}
