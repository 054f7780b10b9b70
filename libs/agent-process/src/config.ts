import { AGENT_DIRECTORY_VARIABLE, SCRATCH_VARIABLE } from '@agentainer/contracts/agent-paths';
import { scratchOf } from './scratch.js';

/** All that an agent gets of an environment: nothing of what its host was given. */
export function agentEnvironment(
  directory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return {
    PATH: environment.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    NODE_ENV: environment.NODE_ENV ?? 'production',
    TMPDIR: scratchOf(directory),
    [AGENT_DIRECTORY_VARIABLE]: directory,
    [SCRATCH_VARIABLE]: scratchOf(directory),
  };
}
