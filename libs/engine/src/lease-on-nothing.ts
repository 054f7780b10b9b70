import type { TaskError } from '@agentainer/core';
import { NO_AGENT, type AgentLease } from './agent-port.js';

/** Stands in for a lease where no agent can be had: every attempt fails at once, for the pool's reason. */
export function leaseOnNothing(error: TaskError): AgentLease {
  return {
    agentId: NO_AGENT,
    usesLeft: Infinity,
    keep: () => Promise.resolve(false),
    lost: new AbortController().signal,
    run: () => Promise.resolve({ kind: 'failed', error, retryable: false, suspect: false }),
    release: () => Promise.resolve(),
  };
}
