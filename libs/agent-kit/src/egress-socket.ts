import { join } from 'node:path';
import { EGRESS_DIRECTORY } from '@agentainer/contracts/agent-paths';
import { agentDirectory } from './config.js';

/**
 * The Unix socket of a service that the operator of the host lets its agents reach
 * (`AGENTAINER_EGRESS`); for an HTTP client, its `socketPath`. An agent has no other way out.
 */
export function egressSocket(name: string): string {
  return join(agentDirectory(), EGRESS_DIRECTORY, `${name}.sock`);
}
