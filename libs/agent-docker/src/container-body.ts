import { availableParallelism } from 'node:os';
import { AGENT_DIRECTORY, AGENT_DIRECTORY_VARIABLE } from '@agentainer/contracts/agent-paths';
import type { AgentStart } from '@agentainer/pool';
import type { ContainerCreateOptions } from 'dockerode';
import { type Owner, containerName, labelsOf } from './container-identity.js';

const MIB = 1_024 * 1_024;
/** "nobody": has no rights anywhere. */
const UNPRIVILEGED_USER = '65534:65534';
const ROOT = /^(root|0)?(:|$)/;

/** What one agent may use of its host. */
export interface AgentLimits {
  memoryBytes: number;
  cpus: number;
  processes: number;
  /** Of `/tmp`, the only place that an agent may write to. */
  temporaryBytes: number;
}

export const DEFAULT_LIMITS: AgentLimits = {
  memoryBytes: 512 * MIB,
  // An engine refuses more processors than there are.
  cpus: Math.min(2, availableParallelism()),
  processes: 256,
  temporaryBytes: 64 * MIB,
};

/**
 * What the engine is asked for. Every field is ours: of what a user may choose, only the image's name is in it,
 * and what that image brings along (user, volumes, health checks) gets no rights by it.
 * @param imageUser the user that the image names for itself
 */
export function containerBody(
  agent: AgentStart,
  owner: Owner,
  imageUser: string,
  limits: AgentLimits,
): ContainerCreateOptions {
  return {
    name: containerName(owner, agent.agentId),
    Image: agent.image,
    Labels: labelsOf(owner, agent),
    User: ROOT.test(imageUser) ? UNPRIVILEGED_USER : imageUser,
    Env: [`${AGENT_DIRECTORY_VARIABLE}=${AGENT_DIRECTORY}`],
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': `rw,nosuid,nodev,noexec,mode=1777,size=${limits.temporaryBytes}` },
      Mounts: [{ Type: 'bind', Source: agent.directory, Target: AGENT_DIRECTORY }],
      Memory: limits.memoryBytes,
      // Together with swap: as much as without it, so no swap.
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(limits.cpus * 1e9),
      PidsLimit: limits.processes,
      Init: true,
      // Where the host itself has no memory left, an agent ends before anything else does.
      OomScoreAdj: 500,
      // A core is as large as the memory that its process had.
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      // Removed by its driver: an agent that ended is listed, and its exit code known, until then.
      AutoRemove: false,
    },
  };
}
