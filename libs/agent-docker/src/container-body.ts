import { availableParallelism } from 'node:os';
import { normalize } from 'node:path/posix';
import {
  AGENT_DIRECTORY,
  AGENT_DIRECTORY_VARIABLE,
  CONCURRENCY_VARIABLE,
  EGRESS_PROXY_PORT,
  PROCESSES_VARIABLE,
  SCRATCH_VARIABLE,
} from '@agentainer/contracts/agent-paths';
import { type AgentResources, DEFAULT_RESOURCES, EGRESS_NETWORK, NO_NETWORK } from '@agentainer/core';
import type { AgentStart } from '@agentainer/pool';
import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { ANCHOR_PROGRAM_PATH } from './anchor-paths.js';
import type { EngineImage } from './engine-images.js';
import { type Owner, containerName, labelsOf } from './container-identity.js';

/** "nobody": has no rights anywhere. */
const UNPRIVILEGED_USER = '65534:65534';
const ROOT = /^(root|0+)?(:|$)/;
/** `/dev/shm` is there whether wanted or not. */
const SCRATCH = ['/tmp', '/dev/shm'];
/** What is mounted there is ours. */
const OURS = [AGENT_DIRECTORY, ...SCRATCH];

/** By what HTTP clients find the proxy; Node's own from version 24 on. */
const PROXY = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map(
    (name) => `${name}=http://127.0.0.1:${EGRESS_PROXY_PORT}`,
  ),
  ...['NO_PROXY', 'no_proxy'].map((name) => `${name}=localhost,127.0.0.1,::1`),
  'NODE_USE_ENV_PROXY=1',
];

/** What an agent may use of its host: what its pool says, else what is usual. */
function resourcesOf({ config }: AgentStart): AgentResources {
  const { memory, cpus, processes, scratch } = { ...DEFAULT_RESOURCES, ...config };
  // An engine refuses more processors than there are; nobody gets more anyway.
  return { memory, cpus: Math.min(cpus, availableParallelism()), processes, scratch };
}

/**
 * What the engine is asked for. Every field is ours: of what a user may choose, only the image's name and the command
 * of its tasks are in it, and what that image brings along (user, volumes, health checks) gets no rights by it.
 * @param anchor the path of the program that runs in the place of the image's own, where one does
 */
export function containerBody(
  agent: AgentStart,
  owner: Owner,
  image: Omit<EngineImage, 'id'>,
  anchor?: string,
): ContainerCreateOptions {
  const { memory, cpus, processes, scratch } = resourcesOf(agent);
  const { network, agent_concurrency } = agent.config;
  return {
    name: containerName(owner, agent.agentId),
    Image: image.reference,
    Labels: labelsOf(owner, agent),
    User: ROOT.test(image.user) ? UNPRIVILEGED_USER : image.user,
    ...(anchor && anchored(agent, image)),
    Env: [
      `${AGENT_DIRECTORY_VARIABLE}=${AGENT_DIRECTORY}`,
      `${SCRATCH_VARIABLE}=${scratchOf(image).join(':')}`,
      `${PROCESSES_VARIABLE}=own`,
      ...(agent_concurrency > 1 ? [`${CONCURRENCY_VARIABLE}=${agent_concurrency}`] : []),
      ...(network === EGRESS_NETWORK ? PROXY : []),
    ],
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      // The hosts that a pool lists are reached through its proxy's socket, without a network.
      NetworkMode: network === EGRESS_NETWORK ? NO_NETWORK : network,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': `rw,nosuid,nodev,noexec,mode=1777,size=${scratch}` },
      ShmSize: scratch,
      Mounts: [
        { Type: 'bind', Source: agent.directory, Target: AGENT_DIRECTORY },
        ...image.volumes.filter(isOfImageAlone).map((path) => inMemory(path, scratch)),
        ...(anchor ? [anchorMount(anchor)] : []),
      ],
      Memory: memory,
      // Together with swap: as much as without it, so no swap.
      MemorySwap: memory,
      NanoCpus: Math.round(cpus * 1e9),
      PidsLimit: processes,
      // Where the host itself has no memory left, an agent ends before anything else does.
      OomScoreAdj: 500,
      // A core is as large as the memory that its process had.
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      // The anchor reaps what is orphaned by itself, and has to be process 1.
      Init: !anchor,
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      // Removed by its driver: an agent that ended is listed, and its exit code known, until then.
      AutoRemove: false,
    },
  };
}

/** The anchor is what runs; the command of the tasks stands behind it, for who inspects the container to see. */
function anchored({ config }: AgentStart, image: Pick<EngineImage, 'command'>): ContainerCreateOptions {
  return { Entrypoint: [ANCHOR_PROGRAM_PATH], Cmd: [...(config.command ?? image.command)] };
}

function anchorMount(Source: string): MountSettings {
  return { Type: 'bind', Source, Target: ANCHOR_PROGRAM_PATH, ReadOnly: true };
}

/** The folders that an agent may write to. */
export function scratchOf({ volumes }: Pick<EngineImage, 'volumes'>): string[] {
  return [...SCRATCH, ...volumes.filter(isOfImageAlone)];
}

function isOfImageAlone(volume: string): boolean {
  return !OURS.includes(normalize(`${volume}/`).slice(0, -1));
}

/** A volume of an image would be a folder of the host's disk, of any size and writable. */
function inMemory(Target: string, SizeBytes: number): MountSettings {
  return { Type: 'tmpfs', Source: '', Target, TmpfsOptions: { SizeBytes, Mode: 0o1777 } };
}
