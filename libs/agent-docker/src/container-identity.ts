import type { AgentStart, FoundAgent } from '@agentainer/pool';

/** Whose agents a driver keeps: those of one instance on one host. */
export interface Owner {
  instance: string;
  host: string;
}

const LABELS = {
  owner: 'agentainer.owner',
  host: 'agentainer.host',
  pool: 'agentainer.pool',
  agent: 'agentainer.agent',
  make: 'agentainer.make',
} as const;

/** The same for an agent at all times, so that it can be ended whatever became of the call that made it. */
export function containerName({ instance }: Owner, agentId: string): string {
  return `agentainer-${instance}-${agentId}`;
}

export function labelsOf({ instance, host }: Owner, { agentId, poolId }: AgentStart): Record<string, string> {
  return { [LABELS.owner]: instance, [LABELS.host]: host, [LABELS.pool]: poolId, [LABELS.agent]: agentId };
}

/** What finds an owner's containers and no others. */
export function labelFilter({ instance, host }: Owner): string[] {
  return [`${LABELS.owner}=${instance}`, `${LABELS.host}=${host}`];
}

/** The agent that a container's labels name; undefined for a container that is none. */
export function agentOf(labels: Record<string, string>): Omit<FoundAgent, 'running'> | undefined {
  const { [LABELS.agent]: agentId, [LABELS.pool]: poolId, [LABELS.make]: make } = labels;
  return agentId && poolId ? { agentId, poolId, ...(make && { make }) } : undefined;
}

/** The label that says what a container was made of. */
export function makeLabel(make: string): Record<string, string> {
  return { [LABELS.make]: make };
}
